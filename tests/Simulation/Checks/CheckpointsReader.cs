using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Market;
using Streaming.Tests.Simulation.Objects;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>
/// Looks at every pointer and state that is ever put or deleted, as an operator would: the position never falls but by a reset, the books of each
/// balance, what a pointer names is there and is of its position, a state never changes, and a final pointer is final.
/// </summary>
/// <param name="redelivers">The stream delivers records twice, so that more are repeated than producers have put again.</param>
internal sealed class CheckpointsReader(SimulatedBucket bucket, bool redelivers)
{
    private readonly Dictionary<string, Seen> _shards = [];
    private readonly Dictionary<string, byte[]> _states = [];

    /// <exception cref="ViolationException">The object is not what a later one may be.</exception>
    public void Look(string key, ReadOnlyMemory<byte>? content)
    {
        string[] parts = key.Split('/');
        switch (parts)
        {
            case [_, _, string shard, "pointer"]:
                LookAtPointer(key, shard, content ?? throw new ViolationException("a pointer vanished", key));
                break;
            case [_, _, string shard, "states", _]:
                LookAtState(key, shard, content);
                break;
            default:
                throw new ViolationException("a stray object", key);
        }
    }

    private void LookAtState(string key, string shard, ReadOnlyMemory<byte>? content)
    {
        if (content is null)
        {
            if (_shards.TryGetValue(shard, out Seen? seen) && seen.State is { } state && key.EndsWith("/" + state, StringComparison.Ordinal))
                throw new ViolationException("a state vanished that a pointer names", $"{key}: {seen}");
        }
        else if (!_states.TryAdd(key, content.Value.ToArray()) && !content.Value.Span.SequenceEqual(_states[key]))
        {
            throw new ViolationException("a state changed", key);
        }
    }

    private void LookAtPointer(string key, string shard, ReadOnlyMemory<byte> content)
    {
        using var json = JsonDocument.Parse(content);
        JsonElement root = json.RootElement;
        JsonElement books = root.GetProperty("books");
        string state = root.GetProperty("state").GetString()!;
        var now = new Seen(
            SequenceNumber.Parse(root.GetProperty("position").GetString()!),
            Count(books, "read"), Count(books, "windowed"), Count(books, "late"), Count(books, "quarantined"), Count(books, "repeated"),
            root.GetProperty("is_ended").GetBoolean(), root.GetProperty("problem").GetString(),
            root.GetProperty("data_losses").GetInt64(),
            root.GetProperty("read_to_tip_at") is { ValueKind: JsonValueKind.Number } tip ? tip.GetInt64() : null,
            root.GetProperty("lease").GetProperty("epoch").GetInt64(),
            state is "empty" or "inherit" ? null : state);
        if (_shards.TryGetValue(shard, out Seen? before))
        {
            bool isReset = now.Epoch > before.Epoch && now.State is null && root.GetProperty("lease").GetProperty("owner").ValueKind == JsonValueKind.Null;
            if (!isReset && (now.Position < before.Position || now.Read < before.Read)) throw new ViolationException("a checkpoint went back", $"{key}: {before} to {now}");
            if (before.IsEnded) throw new ViolationException("a final pointer changed", $"{key}: {before} to {now}");
        }

        if (now.Windowed + now.Late + now.Quarantined + now.Repeated != now.Read) throw new ViolationException("books", $"{key}: {now}");
        CheckState(key, now);
        _shards[shard] = now;
    }

    private void CheckState(string key, Seen now)
    {
        if (now.State is null) return;
        string named = $"{key[..^"pointer".Length]}states/{now.State}";
        if (bucket.Get(named) is not { } stored) throw new ViolationException("a pointer names nothing", $"{key}: {now}");
        using var json = JsonDocument.Parse(stored.Content);
        var position = SequenceNumber.Parse(json.RootElement.GetProperty("position").GetString()!);
        if (position != now.Position) throw new ViolationException("a pointer names a state of another position", $"{key}: {now}, the state's is {position}");
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

    /// <param name="State">Name of the state; null if the pointer names none.</param>
    private sealed record Seen(
        SequenceNumber Position, long Read, long Windowed, long Late, long Quarantined, long Repeated, bool IsEnded, string? Problem, long DataLosses,
        long? TipMicros, long Epoch, string? State);
}
