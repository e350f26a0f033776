using System.Globalization;
using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Scheduling;

namespace Streaming.Tests.Simulation.Streams;

/// <summary>
/// The stream itself, as a service, by Kinesis' rules: a record goes to the open shard that owns its key's hash; numbers have 56 digits,
/// grow over the whole stream and have gaps, so that a child's are above its parents'; a split or merge closes the parents.
/// </summary>
internal sealed class SimulatedStream(string name, Scheduler scheduler, Random random)
{
    private readonly List<SimulatedShard> _shards = [];
    private long _last;
    private int _creations;

    public string Name { get; } = name;

    /// <summary>Null while there is no stream.</summary>
    public StreamDescription? Description { get; private set; }

    public IReadOnlyList<SimulatedShard> Shards => _shards;

    /// <summary>Closed shards whose records have all been trimmed are not listed any more.</summary>
    public IReadOnlyList<Shard> Listed
        => [.. _shards.Where(shard => !shard.Description.IsClosed || shard.Trimmed < Math.Max(1, shard.Count)).Select(shard => shard.Description)];

    /// <summary>One shard in how many is ten times as slow to read; 0 for none.</summary>
    public int SlowShardEvery { get; init; }

    /// <summary>How many records have no arrival time, 0 to 1.</summary>
    public double MissingArrival { get; init; }

    /// <summary>The service's own time, which is true.</summary>
    public DateTimeOffset Now => ProcessClock.Epoch + scheduler.Now;

    /// <summary>Told of each record that a shard took.</summary>
    public Action<StoredRecord> Taken { get; set; } = _ => { };

    public bool Create(int shardCount)
    {
        if (Description is not null) return false;
        Description = new StreamDescription(Name, $"creation-{++_creations}", Now);
        for (int i = 0; i < shardCount; i++) Open([], HashKey.Range(i, shardCount).Start, HashKey.Range(i, shardCount).End);
        return true;
    }

    public bool Delete()
    {
        bool wasThere = Description is not null;
        Description = null;
        _shards.Clear();
        return wasThere;
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        SimulatedShard shard = ShardOf(HashKey.Of(key));
        _last += random.Next(1, 1000);
        long arrival = (Now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var record = new StoredRecord(Number(_last), arrival, data.ToArray()) { TellsArrival = random.NextDouble() >= MissingArrival };
        shard.Add(record);
        Taken(record);
    }

    public SimulatedShard ShardOf(UInt128 hash)
        => _shards.Single(shard => !shard.Description.IsClosed && shard.Description.StartHash <= hash && hash <= shard.Description.EndHash);

    /// <exception cref="StreamDataLossException">The shard is gone, or there never was one.</exception>
    public SimulatedShard Find(string id)
        => _shards.Find(shard => shard.Id == id) is { } found && Listed.Contains(found.Description)
            ? found
            : throw new StreamDataLossException($"{Name} has no {id} any more.");

    /// <summary>Cuts a shard in two at <paramref name="at"/>, the first hash of the upper one.</summary>
    public void Split(SimulatedShard parent, UInt128 at)
    {
        parent.Close();
        Open([parent.Id], parent.Description.StartHash, at - 1);
        Open([parent.Id], at, parent.Description.EndHash);
    }

    /// <summary>Joins two shards, the upper of which follows the lower.</summary>
    public void Merge(SimulatedShard lower, SimulatedShard upper)
    {
        lower.Close();
        upper.Close();
        Open([lower.Id, upper.Id], lower.Description.StartHash, upper.Description.EndHash);
    }

    private void Open(IReadOnlyList<string> parents, UInt128 start, UInt128 end)
        => _shards.Add(new SimulatedShard(new Shard($"shardId-{_shards.Count:D12}", parents, start, end, IsClosed: false))
        {
            Slowness = SlowShardEvery > 0 && random.Next(SlowShardEvery) == 0 ? 10 : 1,
        });

    private static SequenceNumber Number(long count) => SequenceNumber.Parse("4964" + count.ToString("D52", CultureInfo.InvariantCulture));
}
