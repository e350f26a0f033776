using Streaming.Consumer.EventTime;

namespace Streaming.Tests.Unit.EventTime;

public sealed class ProducerRunsTests
{
    private ProducerRuns _runs;

    [Fact]
    public void Seq_IsShownUpToTheHighestOfItsRun()
    {
        Assert.False(_runs.HasShown("a", 0));
        _runs.Advance("a", 5);
        _runs.Advance("b", 2);
        Assert.Equal([true, true, false, true, false], [_runs.HasShown("a", 4), _runs.HasShown("a", 5), _runs.HasShown("a", 6), _runs.HasShown("b", 2), _runs.HasShown("b", 3)]);
    }

    [Fact]
    public void RunBeyondTheLimit_MakesTheOneForgottenThatAdvancedLongestAgo()
    {
        for (int i = 0; i < ProducerRuns.Limit; i++) _runs.Advance($"r{i}", 10);
        _runs.Advance("r0", 11);
        Assert.Equal(["r1:10", "r2:10", "r3:10", "r4:10", "r5:10", "r6:10", "r7:10", "r0:11"], _runs.All.Select(mark => $"{mark.Run}:{mark.Seq}"));
        _runs.Advance("new", 1);
        Assert.Equal(ProducerRuns.Limit, _runs.All.Count());
        Assert.False(_runs.HasShown("r1", 10));
        Assert.True(_runs.HasShown("r0", 11));
        Assert.True(_runs.HasShown("r2", 10));
    }

    [Fact]
    public void RunsThatWereStored_GoOnTheSame()
    {
        const int seed = 3;
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            ProducerRuns restored = default;
            foreach (RunMark mark in _runs.All) restored.Advance(mark.Run, mark.Seq);
            Assert.True(_runs.All.SequenceEqual(restored.All), $"seed {seed}, round {round}");
            (string run, long seq) = ($"r{random.Next(12)}", random.Next(1000));
            Assert.True(_runs.HasShown(run, seq) == restored.HasShown(run, seq), $"seed {seed}, round {round}");
            if (!_runs.HasShown(run, seq)) _runs.Advance(run, seq);
        }
    }
}
