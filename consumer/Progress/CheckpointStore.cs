using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Streaming.Consumer.Flushing;
using Streaming.Shared;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Progress;

/// <summary>
/// Owns: the checkpoint objects of one application over one stream: their keys, their JSON, and whose they are. Does not own: what
/// goes into one, or who may write it.
/// </summary>
internal sealed class CheckpointStore(IObjectStore store, StreamDescription stream, string application, StoreRetry retry)
{
    // A checkpoint of thousands of tickers has megabytes, and is written every few seconds.
    private readonly ConcurrentBag<ArrayBufferWriter<byte>> _buffers = [];

    public StoreRetry Retry { get; } = retry;

    public ObjectOrigin Origin(string shard) => new(stream.Name, stream.CreationId, application, shard);

    /// <summary>The checkpoint of a shard, or null if it was never read.</summary>
    /// <exception cref="CheckpointRefusedException">It is of another stream, another version, or broken.</exception>
    public async Task<StoredCheckpoint?> ReadAsync(string shard, CancellationToken cancellation)
    {
        StoredObject? stored = await store.GetAsync(Key(shard), cancellation);
        return stored is null ? null : new StoredCheckpoint(Parse(shard, stored.Content.Span), stored.Tag);
    }

    /// <summary>Every shard that has a checkpoint.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        var shards = new List<string>();
        await foreach (string key in store.ListAsync(LakeLayout.Checkpoints(application), cancellation))
        {
            if (LakeLayout.TryParseCheckpoint(key, application, out string shard)) shards.Add(shard);
        }

        return shards;
    }

    /// <summary>Puts it if what stands there has that tag, or nothing stands there; null if the condition did not hold.</summary>
    public async Task<StoredCheckpoint?> PutAsync(CheckpointDocument document, string? tag, CancellationToken cancellation)
    {
        if (!_buffers.TryTake(out ArrayBufferWriter<byte>? buffer)) buffer = new ArrayBufferWriter<byte>();
        CheckpointWriter.Write(buffer, document);
        StoredCheckpoint? stored = await PutAsync(document, buffer.WrittenMemory, tag, cancellation);
        // Not after a failure: a put that was given up may still read it.
        buffer.ResetWrittenCount();
        _buffers.Add(buffer);
        return stored;
    }

    private async Task<StoredCheckpoint?> PutAsync(CheckpointDocument document, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellation)
    {
        string key = Key(document.Shard);
        if (await store.PutAsync(key, content, tag, cancellation) is { } written) return new StoredCheckpoint(document, written);

        // A put whose outcome was unknown may have been this one: then what stands there is what was to be written.
        StoredObject? standing = await store.GetAsync(key, cancellation);
        return standing is not null && standing.Content.Span.SequenceEqual(content.Span) ? new StoredCheckpoint(document, standing.Tag) : null;
    }

    private CheckpointDocument Parse(string shard, ReadOnlySpan<byte> content)
    {
        try
        {
            CheckVersion(shard, content);
            CheckpointDocument document = JsonSerializer.Deserialize(content, CheckpointJson.Default.CheckpointDocument)
                ?? throw new JsonException("The document is null.");
            CheckOrigin(shard, document);
            return document with { Version = CheckpointDocument.CurrentVersion };
        }
        catch (Exception broken) when (broken is JsonException or FormatException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw Refused(shard, $"is broken ({broken.Message})");
        }
    }

    // Before the rest, which another version may have in another form.
    private void CheckVersion(string shard, ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        if (!document.RootElement.TryGetProperty("version", out JsonElement member) || !member.TryGetInt32(out int version))
            throw new JsonException("It has no version.");
        if (version is < CheckpointDocument.OldestVersion or > CheckpointDocument.CurrentVersion)
            throw Refused(shard, $"has version {version}, this program knows versions {CheckpointDocument.OldestVersion} to {CheckpointDocument.CurrentVersion}");
    }

    private void CheckOrigin(string shard, CheckpointDocument document)
    {
        if (document.Stream != stream.Name || document.StreamId != stream.CreationId)
        {
            throw Refused(
                shard,
                $"belongs to stream {document.Stream} (created as {document.StreamId}), not to {stream.Name} (created as {stream.CreationId}); "
                + "the stream was deleted and created again, or the lake is another stream's");
        }

        if (document.Application != application || document.Shard != shard)
            throw Refused(shard, $"belongs to application {document.Application}, shard {document.Shard}");
    }

    private string Key(string shard) => LakeLayout.Checkpoint(application, shard);

    private CheckpointRefusedException Refused(string shard, string problem) => new(
        $"The checkpoint {store.Address}/{Key(shard)} {problem}. "
        + $"Use another --lake (for a backfill, another --app-name), or stop all consumers, and move the lake's checkpoints/, {LakeLayout.Table}/, late/ and quarantine/ away to start afresh.");
}

/// <summary>A checkpoint as it stands in the lake.</summary>
internal sealed record StoredCheckpoint(CheckpointDocument Document, string Tag);

/// <summary>A checkpoint that must not be taken for one's own. The message says whose it is and what to do.</summary>
public sealed class CheckpointRefusedException(string message) : ActionableException(message);
