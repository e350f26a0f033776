using System.Buffers;
using System.Text.Json;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Progress;

/// <summary>
/// Owns: the way from checkpoints of versions 2 to 4, one object <c>SHARD.json</c> per shard, to pointer and state. The old object is sealed first, by
/// compare-and-set: it becomes version 5, which no older program accepts, and never changes again. So an old program that still runs stops loudly at its
/// next write, and whoever dies between the two steps leaves what the next one goes on with. The sealed object is the first state of the pointer.
/// </summary>
internal sealed class OldCheckpoints(IObjectStore store, string application, CheckpointStore checkpoints)
{
    /// <summary>Version 2 has two numbers more for each window, which are ignored; up to version 3 sums are texts (<see cref="ExactSumNumbers"/>).</summary>
    public const int OldestVersion = 2;

    /// <summary>No older program knows it.</summary>
    public const int SealedVersion = CheckpointPointer.CurrentVersion;

    /// <summary>The old checkpoint of a shard; null if it has none.</summary>
    /// <exception cref="CheckpointRefusedException">It is of another stream, another version, or broken.</exception>
    public async Task<OldCheckpoint?> FindAsync(string shard, CancellationToken cancellation)
    {
        string key = LakeLayout.OldCheckpoint(application, shard);
        if (await store.GetAsync(key, cancellation) is not { } stored) return null;
        CheckpointPointer pointer = checkpoints.ParsePointer(key, shard, stored.Content.Span, out int version);
        // Whole, so that one that cannot be used is refused before it is sealed.
        int windows = checkpoints.ParseState(key, pointer, stored.Content.Span).OpenWindows;
        return new OldCheckpoint(pointer with { OpenWindows = windows, UnwrittenWindows = windows }, stored, version == SealedVersion);
    }

    /// <summary>Seals it, and makes the pointer that goes on with it and that nobody owns. Its owner must be gone, or is stopped by this.</summary>
    /// <exception cref="LostRaceException">It was changed since it was found: find it again.</exception>
    public async Task<StoredPointer> MoveAsync(OldCheckpoint found, CancellationToken cancellation)
    {
        string key = LakeLayout.OldCheckpoint(application, found.Pointer.Shard);
        if (!found.IsSealed && await store.PutAsync(key, Seal(found.Stored.Content), found.Stored.Tag, cancellation) is null) throw new LostRaceException(key);
        CheckpointLease lease = found.Pointer.Lease;
        CheckpointPointer first = found.Pointer with { Lease = lease with { Owner = null, Counter = lease.Counter + 1, RequestedBy = null } };
        // If another worker has made it meanwhile, it is from the same object.
        return await checkpoints.PutAsync(first, tag: null, cancellation)
            ?? await checkpoints.ReadAsync(first.Shard, cancellation)
            ?? throw new LostRaceException(key);
    }

    private static ReadOnlyMemory<byte> Seal(ReadOnlyMemory<byte> content)
    {
        using JsonDocument document = JsonDocument.Parse(content);
        var output = new ArrayBufferWriter<byte>(content.Length);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals("version"u8)) json.WriteNumber("version"u8, SealedVersion);
                else property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }
}

/// <param name="Pointer">What it says, as a pointer.</param>
internal sealed record OldCheckpoint(CheckpointPointer Pointer, StoredObject Stored, bool IsSealed);
