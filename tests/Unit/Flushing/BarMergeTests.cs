using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Unit.Flushing;

public sealed class BarMergeTests
{
    private static Bar Row(long minute, long ticks) => new(minute * 60_000_000, ticks, ticks, ticks, ticks, ticks, null, ticks);

    [Fact]
    public void MoreTicks_Win() => Assert.Equal([Row(1, 5)], BarMerge.Merge([Row(1, 3)], [Row(1, 5)]));

    [Fact]
    public void FewerOrEqualTicks_ChangeNothing()
    {
        Assert.Null(BarMerge.Merge([Row(1, 5)], [Row(1, 3)]));
        Assert.Null(BarMerge.Merge([Row(1, 5)], [Row(1, 5)]));
        Assert.Null(BarMerge.Merge([Row(1, 5)], []));
        Assert.Null(BarMerge.Merge([], []));
    }

    [Fact]
    public void EachWindow_IsJudgedByItself()
        => Assert.Equal([Row(1, 5), Row(2, 4), Row(3, 1), Row(4, 9)], BarMerge.Merge([Row(1, 5), Row(2, 2), Row(4, 9)], [Row(1, 3), Row(2, 4), Row(3, 1)]));

    [Fact]
    public void AnyOrderOfVersions_EndsInTheSameRows()
    {
        const int seed = 42;
        var random = new Random(seed);
        for (int round = 0; round < 500; round++)
        {
            Bar[][] versions = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 6).Where(_ => random.Next(2) == 0).Select(m => Row(m, random.Next(1, 5))).ToArray())];
            Bar[] expected = [.. versions.SelectMany(rows => rows).GroupBy(row => row.WindowStartMicros).Select(rows => rows.MaxBy(row => row.TickCount)).OrderBy(row => row.WindowStartMicros)];
            random.Shuffle(versions);
            IReadOnlyList<Bar> standing = [];
            foreach (Bar[] version in versions) standing = BarMerge.Merge(standing, version) ?? standing;
            Assert.True(expected.SequenceEqual(standing), $"seed {seed}, round {round}");
        }
    }
}
