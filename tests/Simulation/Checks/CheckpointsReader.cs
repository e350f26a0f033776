using System.Text.Json;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>Looks at every checkpoint that is ever put, as an operator would: the position never falls, and the books of each balance.</summary>
internal sealed class CheckpointsReader
{
    private readonly Dictionary<string, Seen> _shards = [];

    /// <exception cref="ViolationException">The checkpoint is not what a later one may be.</exception>
    public void Look(string key, ReadOnlyMemory<byte>? content)
    {
        if (content is null) throw new ViolationException("a checkpoint vanished", key);
        using var json = JsonDocument.Parse(content.Value);
        JsonElement books = json.RootElement.GetProperty("books");
        var now = new Seen(
            SequenceNumber.Parse(json.RootElement.GetProperty("position").GetString()!),
            Count(books, "read"), Count(books, "windowed"), Count(books, "late"), Count(books, "quarantined"), Count(books, "repeated"));
        string shard = json.RootElement.GetProperty("shard").GetString()!;
        if (_shards.TryGetValue(shard, out Seen? before) && (now.Position < before.Position || now.Read < before.Read))
            throw new ViolationException("a checkpoint went back", $"{key}: {before} to {now}");
        if (now.Windowed + now.Late + now.Quarantined + now.Repeated != now.Read) throw new ViolationException("books", $"{key}: {now}");
        _shards[shard] = now;
    }

    /// <summary>The last position stored; <see cref="SequenceNumber.None"/> if there is none.</summary>
    public SequenceNumber PositionOf(string shard) => _shards.TryGetValue(shard, out Seen? seen) ? seen.Position : SequenceNumber.None;

    /// <summary>What the books of all shards together say otherwise than the oracle, or null.</summary>
    public string? Difference(long records, long windowed, long late, long quarantined)
    {
        (long, long, long, long) expected = (records, windowed, late, quarantined);
        (long, long, long, long) found = (Sum(seen => seen.Read - seen.Repeated), Sum(seen => seen.Windowed), Sum(seen => seen.Late), Sum(seen => seen.Quarantined));
        return found == expected ? null : $"the books say (read without repeats, windowed, late, quarantined) {found}, expected {expected}";
    }

    private long Sum(Func<Seen, long> field) => _shards.Values.Sum(field);

    private static long Count(JsonElement books, string name) => books.GetProperty(name).GetInt64();

    private sealed record Seen(SequenceNumber Position, long Read, long Windowed, long Late, long Quarantined, long Repeated);
}
