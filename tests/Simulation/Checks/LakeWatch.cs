using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Market;
using Streaming.Tests.Simulation.Objects;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>Owns: what may be seen in the lake at any time, and what must be seen at the end.</summary>
internal sealed class LakeWatch
{
    private readonly Oracle _oracle;
    private readonly BarsReader _bars;
    private readonly KeptRecordsReader _late;
    private readonly KeptRecordsReader _quarantine;
    private readonly CheckpointsReader _checkpoints = new();

    public LakeWatch(SimulatedBucket bucket, Oracle oracle)
    {
        _oracle = oracle;
        _bars = new BarsReader(oracle);
        _late = new KeptRecordsReader(bucket, oracle.Late);
        _quarantine = new KeptRecordsReader(bucket, oracle.Quarantined);
        bucket.Changed = Look;
    }

    public SequenceNumber CheckpointOf(string shard) => _checkpoints.PositionOf(shard);

    /// <summary>What is still missing or wrong, or null if the lake is what it must become.</summary>
    public string? Difference()
        => _bars.Difference() ?? _late.Difference() ?? _quarantine.Difference()
            ?? _checkpoints.Difference(_oracle.Records, _oracle.Windowed, _oracle.Late.Count, _oracle.Quarantined.Count);

    private void Look(string key, ReadOnlyMemory<byte>? content)
    {
        switch (key.Split('/')[0])
        {
            case "avg_1min":
                _bars.Look(key, content);
                break;
            case "late":
                _late.Look(key, content);
                break;
            case "quarantine":
                _quarantine.Look(key, content);
                break;
            case "checkpoints":
                _checkpoints.Look(key, content);
                break;
            default:
                throw new ViolationException("a stray object", key);
        }
    }
}
