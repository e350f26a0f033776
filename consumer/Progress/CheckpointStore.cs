using System.Text.Json;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Progress;

/// <summary>
/// Owns: the checkpoint object of one shard, which holds the position and the windows that may still change there as one unit.
/// Does not own: what goes into it. A put is conditional on the one that was read or written last, so that of two consumers of
/// one application only one gets on.
/// </summary>
public sealed class CheckpointStore(IObjectStore store, ObjectOrigin origin, StoreRetry retry)
{
    private readonly string _key = LakeLayout.Checkpoint(origin.Application, origin.Shard);
    private string? _tag;

    /// <summary>What the last run left, or null for a shard that was never read.</summary>
    /// <exception cref="CheckpointRefusedException">It is of another stream, a newer version, or broken.</exception>
    public async Task<ShardFold?> LoadAsync(CancellationToken cancellation)
    {
        StoredObject? stored = await retry.RunAsync(token => store.GetAsync(_key, token), cancellation);
        if (stored is null) return null;
        _tag = stored.Tag;
        try
        {
            CheckpointDocument document = JsonSerializer.Deserialize(stored.Content.Span, CheckpointJson.Default.CheckpointDocument)
                ?? throw new JsonException("The document is null.");
            Check(document);
            return CheckpointMapping.ToFold(document);
        }
        catch (Exception broken) when (broken is JsonException or FormatException or OverflowException)
        {
            throw Refused($"is broken ({broken.Message})");
        }
    }

    /// <summary>Stores the snapshot's position and windows. Objects and kept records up to the position must stand already.</summary>
    /// <exception cref="CheckpointRefusedException">Another consumer of this application has written it.</exception>
    public async Task SaveAsync(FlushSnapshot snapshot, BarWriteResult written, CancellationToken cancellation)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(
            CheckpointMapping.ToDocument(snapshot, written, origin),
            CheckpointJson.Default.CheckpointDocument);
        _tag = await retry.RunAsync(token => PutAsync(content, token), cancellation);
    }

    private async Task<string> PutAsync(byte[] content, CancellationToken cancellation)
    {
        string? tag = await store.PutAsync(_key, content, _tag, cancellation);
        if (tag is not null) return tag;

        // A put whose outcome was unknown may have been this one: then what stands there is what was to be written.
        StoredObject? standing = await store.GetAsync(_key, cancellation);
        if (standing is not null && standing.Content.Span.SequenceEqual(content)) return standing.Tag;
        throw Refused("was changed by another consumer of the same application");
    }

    private void Check(CheckpointDocument document)
    {
        if (document.Version > CheckpointDocument.CurrentVersion)
            throw Refused($"has version {document.Version}, this program knows up to {CheckpointDocument.CurrentVersion}");
        if (document.Stream != origin.Stream || document.StreamId != origin.StreamId)
        {
            throw Refused(
                $"belongs to stream {document.Stream} (created as {document.StreamId}), not to {origin.Stream} (created as {origin.StreamId}); "
                + "the stream was deleted and created again, or the lake is another stream's");
        }

        if (document.Application != origin.Application || document.Shard != origin.Shard)
            throw Refused($"belongs to application {document.Application}, shard {document.Shard}");
    }

    private CheckpointRefusedException Refused(string problem) => new(
        $"The checkpoint {store.Address}/{_key} {problem}. "
        + $"Use another --lake, or stop all consumers, and move the lake's checkpoints/, {LakeLayout.Table}/, late/ and quarantine/ away to start afresh.");
}

/// <summary>A checkpoint that must not be taken for one's own. The message says whose it is and what to do.</summary>
public sealed class CheckpointRefusedException(string message) : Exception(message);
