using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Streaming.Consumer.Flushing;
using Streaming.Shared;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Progress;

/// <summary>
/// Owns: pointers and states of one application over one stream: their keys, their JSON, and whose they are. Does not own: what
/// goes into one, who may write it, and when a state may be deleted.
/// </summary>
internal sealed class CheckpointStore
{
    private readonly IObjectStore _store;
    private readonly StreamDescription _stream;
    private readonly string _application;

    // A state of thousands of tickers has megabytes, and is written every few seconds.
    private readonly ConcurrentBag<ArrayBufferWriter<byte>> _buffers = [];

    public CheckpointStore(IObjectStore store, StreamDescription stream, string application, StoreRetry retry)
    {
        (_store, _stream, _application, Retry) = (store, stream, application, retry);
        Old = new OldCheckpoints(store, application, this);
    }

    public StoreRetry Retry { get; }

    /// <summary>Checkpoints of older versions.</summary>
    public OldCheckpoints Old { get; }

    public ObjectOrigin Origin(string shard) => new(_stream.Name, _stream.CreationId, _application, shard);

    /// <summary>The pointer of a shard, or null if it was never read by this version.</summary>
    /// <exception cref="CheckpointRefusedException">It is of another stream, another version, or broken.</exception>
    public async Task<StoredPointer?> ReadAsync(string shard, CancellationToken cancellation)
    {
        string key = LakeLayout.Pointer(_application, shard);
        StoredObject? stored = await _store.GetAsync(key, cancellation);
        return stored is null ? null : new StoredPointer(ParsePointer(key, shard, stored.Content.Span, out _), stored.Tag);
    }

    /// <summary>The pointer of a shard, or what the checkpoint of an older version comes to; null if the shard was never read. Changes nothing.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async Task<CheckpointPointer?> LookAsync(string shard, CancellationToken cancellation)
        => (await ReadAsync(shard, cancellation))?.Document ?? (await Old.FindAsync(shard, cancellation))?.Pointer;

    /// <summary>Every shard that has a checkpoint.</summary>
    public async Task<IReadOnlyCollection<string>> ListAsync(CancellationToken cancellation)
    {
        var shards = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (string key in _store.ListAsync(LakeLayout.Checkpoints(_application), cancellation))
        {
            if (LakeLayout.TryParseCheckpoint(key, _application, out string shard)) shards.Add(shard);
        }

        return shards;
    }

    /// <summary>Puts the pointer if the one that is stored has that tag, or none is; null if the condition did not hold.</summary>
    public async Task<StoredPointer?> PutAsync(CheckpointPointer pointer, string? tag, CancellationToken cancellation)
    {
        string key = LakeLayout.Pointer(_application, pointer.Shard);
        return await WriteAsync(output => CheckpointWriter.Write(output, pointer), async content =>
        {
            if (await _store.PutAsync(key, content, tag, cancellation) is { } written) return new StoredPointer(pointer, written);

            // A put whose outcome was unknown may have been this one: then what is stored is what was to be written.
            StoredObject? standing = await _store.GetAsync(key, cancellation);
            return standing is not null && standing.Content.Span.SequenceEqual(content.Span) ? new StoredPointer(pointer, standing.Tag) : null;
        });
    }

    /// <summary>Stores a state under a name that no other content has or will have. After that it is certain to be there.</summary>
    /// <exception cref="StoreUnavailableException">It is not known whether it is there. The same content may be put again under the same name.</exception>
    public Task PutStateAsync(string name, CheckpointState state, CancellationToken cancellation)
        // If the name is taken, by an earlier attempt whose answer was lost, it is by the same content.
        => WriteAsync(
            output => CheckpointWriter.Write(output, state),
            content => _store.PutAsync(LakeLayout.State(_application, state.Shard, name), content, expectedTag: null, cancellation));

    /// <summary>The state that a pointer names; null if the pointer has changed since it was read, so that the state is gone.</summary>
    /// <exception cref="CheckpointRefusedException">The state is missing although the pointer still names it, is another one's, or is broken.</exception>
    public async Task<CheckpointState?> ReadStateAsync(CheckpointPointer pointer, CancellationToken cancellation)
    {
        string key = pointer.State == CheckpointPointer.Old
            ? LakeLayout.OldCheckpoint(_application, pointer.Shard)
            : LakeLayout.State(_application, pointer.Shard, pointer.State);
        if (await _store.GetAsync(key, cancellation) is not { } stored)
        {
            if ((await ReadAsync(pointer.Shard, cancellation))?.Document.State != pointer.State) return null;
            throw RefusedState(key, pointer, "is missing, although the shard's pointer names it");
        }

        return ParseState(key, pointer, stored.Content.Span);
    }

    /// <summary>Names of the states of a shard that are stored.</summary>
    public async Task<IReadOnlyList<string>> ListStatesAsync(string shard, CancellationToken cancellation)
    {
        string prefix = LakeLayout.State(_application, shard, "");
        var names = new List<string>();
        await foreach (string key in _store.ListAsync(prefix, cancellation)) names.Add(key[prefix.Length..]);
        return names;
    }

    public Task DeleteStateAsync(string shard, string name, CancellationToken cancellation)
        => _store.DeleteAsync(LakeLayout.State(_application, shard, name), cancellation);

    internal CheckpointPointer ParsePointer(string key, string shard, ReadOnlySpan<byte> content, out int version)
    {
        CheckpointPointer pointer = Parse(key, content, CheckpointJson.Default.CheckpointPointer, problem => Refused(key, problem), out version);
        CheckOrigin(shard, pointer.Application, pointer.Shard, pointer.Stream, pointer.StreamId, problem => Refused(key, problem));
        return pointer with { Version = CheckpointPointer.CurrentVersion };
    }

    internal CheckpointState ParseState(string key, CheckpointPointer pointer, ReadOnlySpan<byte> content)
    {
        CheckpointState state = Parse(key, content, CheckpointJson.Default.CheckpointState, problem => RefusedState(key, pointer, problem), out _);
        CheckOrigin(pointer.Shard, state.Application, state.Shard, state.Stream, state.StreamId, problem => RefusedState(key, pointer, problem));
        return state.Position == pointer.Position
            ? state
            : throw RefusedState(key, pointer, $"is of position {state.Position}, and the pointer that names it of {pointer.Position}");
    }

    private async Task<T> WriteAsync<T>(Action<IBufferWriter<byte>> write, Func<ReadOnlyMemory<byte>, Task<T>> put)
    {
        if (!_buffers.TryTake(out ArrayBufferWriter<byte>? buffer)) buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        T result = await put(buffer.WrittenMemory);
        // Not after a failure: a put that was given up may still read it.
        buffer.ResetWrittenCount();
        _buffers.Add(buffer);
        return result;
    }

    private static T Parse<T>(
        string key, ReadOnlySpan<byte> content, JsonTypeInfo<T> type, Func<string, CheckpointRefusedException> refuse, out int version)
        where T : class
    {
        const int newest = CheckpointPointer.CurrentVersion;
        int oldest = LakeLayout.IsOldCheckpoint(key) ? OldCheckpoints.OldestVersion : CheckpointPointer.CurrentVersion;
        try
        {
            // Before the rest, which another version may have in another form.
            version = VersionOf(content);
            if (version < oldest || version > newest)
                throw refuse($"has version {version}, this program knows {(oldest == newest ? $"version {newest}" : $"versions {oldest} to {newest}")}");
            return JsonSerializer.Deserialize(content, type) ?? throw new JsonException("The document is null.");
        }
        catch (Exception broken) when (broken is JsonException or FormatException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw refuse($"is broken ({broken.Message})");
        }
    }

    private static int VersionOf(ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("version", out JsonElement member) && member.TryGetInt32(out int version)
            ? version
            : throw new JsonException("It has no version.");
    }

    private void CheckOrigin(string shard, string application, string itsShard, string stream, string streamId, Func<string, CheckpointRefusedException> refuse)
    {
        if (stream != _stream.Name || streamId != _stream.CreationId)
        {
            throw refuse(
                $"belongs to stream {stream} (created as {streamId}), not to {_stream.Name} (created as {_stream.CreationId}); "
                + "the stream was deleted and created again, or the lake is another stream's");
        }

        if (application != _application || itsShard != shard) throw refuse($"belongs to application {application}, shard {itsShard}");
    }

    private CheckpointRefusedException Refused(string key, string problem) => new($"The checkpoint {_store.Address}/{key} {problem}. {Afresh}");

    private CheckpointRefusedException RefusedState(string key, CheckpointPointer pointer, string problem) => new(
        $"The checkpoint {_store.Address}/{key} {problem}. Restore it (S3 versioning, a backup)"
        + (pointer.IsEnded
            ? $": the children of {pointer.Shard} begin with it. {Afresh}"
            : $", or read the shard again, which loses nothing that the stream still has: consumer checkpoints reset --shard {pointer.Shard}."));

    private static string Afresh =>
        "Use another --lake (for a backfill, another --app-name), or stop all consumers, and move the lake's checkpoints/, "
        + $"{LakeLayout.Table}/, late/ and quarantine/ away to start afresh.";
}

/// <summary>A pointer as it is stored in the lake.</summary>
internal sealed record StoredPointer(CheckpointPointer Document, string Tag);

/// <summary>A checkpoint that must not be used. The message says whose it is and what to do.</summary>
public sealed class CheckpointRefusedException(string message) : ActionableException(message);
