using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Market;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>Looks at every checkpoint that is ever put, as an operator would: the position never falls, and the books of each balance.</summary>
/// <param name="redelivers">The stream delivers records twice, so that more are repeated than producers have put again.</param>
internal sealed class CheckpointsReader(bool redelivers)
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
            Count(books, "read"), Count(books, "windowed"), Count(books, "late"), Count(books, "quarantined"), Count(books, "repeated"),
            json.RootElement.GetProperty("is_ended").GetBoolean(), json.RootElement.GetProperty("problem").GetString(),
            json.RootElement.GetProperty("data_losses").GetInt64(),
            json.RootElement.GetProperty("read_to_tip_at") is { ValueKind: JsonValueKind.Number } tip ? tip.GetInt64() : null);
        string shard = json.RootElement.GetProperty("shard").GetString()!;
        if (_shards.TryGetValue(shard, out Seen? before) && (now.Position < before.Position || now.Read < before.Read))
            throw new ViolationException("a checkpoint went back", $"{key}: {before} to {now}");
        if (now.Windowed + now.Late + now.Quarantined + now.Repeated != now.Read) throw new ViolationException("books", $"{key}: {now}");
        _shards[shard] = now;
    }

    /// <summary>The last position stored; <see cref="SequenceNumber.None"/> if there is none.</summary>
    public SequenceNumber PositionOf(string shard) => _shards.TryGetValue(shard, out Seen? seen) ? seen.Position : SequenceNumber.None;

    /// <summary>When nothing followed the last position stored, UTC microseconds since 1970; null if that is not known.</summary>
    public long? TipOf(string shard) => _shards.GetValueOrDefault(shard)?.TipMicros;

    /// <summary>The shard is read to its end, and that is stored.</summary>
    public bool IsEnded(string shard) => _shards.TryGetValue(shard, out Seen? seen) && seen.IsEnded;

    /// <summary>What an operator is told of the shard, or null.</summary>
    public string? ProblemOf(string shard) => _shards.GetValueOrDefault(shard)?.Problem;

    public long LossesOf(string shard) => _shards.TryGetValue(shard, out Seen? seen) ? seen.DataLosses : 0;

    /// <summary>What the books of all shards together say otherwise than the oracle, or null.</summary>
    public string? Difference(Oracle oracle)
    {
        (long, long, long, long) expected = (oracle.Records, oracle.Windowed, oracle.Late.Count, oracle.Quarantined.Count);
        (long, long, long, long) found = (Sum(seen => seen.Read - seen.Repeated), Sum(seen => seen.Windowed), Sum(seen => seen.Late), Sum(seen => seen.Quarantined));
        if (found != expected) return $"the books say (read without repeats, windowed, late, quarantined) {found}, expected {expected}";
        long repeated = Sum(seen => seen.Repeated);
        return repeated == oracle.Repeated || (redelivers && repeated > oracle.Repeated)
            ? null
            : $"the books say {repeated} repeated, expected {oracle.Repeated}{(redelivers ? " or more" : "")}";
    }

    private long Sum(Func<Seen, long> field) => _shards.Values.Sum(field);

    private static long Count(JsonElement books, string name) => books.GetProperty(name).GetInt64();

    private sealed record Seen(
        SequenceNumber Position, long Read, long Windowed, long Late, long Quarantined, long Repeated, bool IsEnded, string? Problem, long DataLosses,
        long? TipMicros);
}
