using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Market;
using Streaming.Tests.Simulation.Objects;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>Owns: what may be seen in the lake at any time, and what must be seen at the end.</summary>
internal sealed class LakeWatch
{
    private readonly BarsReader _bars;
    private readonly KeptRecordsReader _late;
    private readonly KeptRecordsReader _quarantine;
    private readonly CheckpointsReader _checkpoints;
    private Oracle _oracle;

    public LakeWatch(SimulatedBucket bucket, Oracle oracle, Plan plan)
    {
        _oracle = oracle;
        _bars = new BarsReader(oracle);
        _late = new KeptRecordsReader(bucket, oracle.Late);
        _quarantine = new KeptRecordsReader(bucket, oracle.Quarantined);
        _checkpoints = new CheckpointsReader(bucket, redelivers: plan.Redelivery > 0);
        bucket.Changed = Look;
    }

    public CheckpointsReader Checkpoints => _checkpoints;

    /// <summary>
    /// From now on the lake must come to hold what follows from the other records. What was written of the lost ones before they were
    /// lost may stand: it is true.
    /// </summary>
    public void Lose(IReadOnlySet<SequenceNumber> lost)
    {
        _oracle = _oracle.Without(lost);
        _bars.Expect(_oracle);
        _late.Expect(_oracle.Late);
        _quarantine.Expect(_oracle.Quarantined);
    }

    /// <summary>What is still missing or wrong, or null if the lake is what it must become.</summary>
    public string? Difference()
        => _bars.Difference() ?? _late.Difference() ?? _quarantine.Difference() ?? _checkpoints.Difference(_oracle);

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
