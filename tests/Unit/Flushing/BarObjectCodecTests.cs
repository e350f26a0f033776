using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Flushing;

public sealed class BarObjectCodecTests
{
    private static readonly ObjectOrigin Origin = new("stock_stream", "3f0b8f1e", "avg-1min", "shardId-000000000000");

    // One after the other on one thread, large before small, since what a thread has written with is used again.
    [Fact]
    public void Bars_ReadBackTheSame()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            foreach (int rows in new[] { 390, 1, 10, 9000, 2, 1440, 0 })
            {
                Bar[] bars = Bars(new Random(seed), rows);
                BarObject read = BarObjectCodec.Read("bars", BarObjectCodec.Write(bars, Origin));
                Assert.Equal(Origin, read.Origin);
                Assert.True(bars.SequenceEqual(read.Bars), $"{rows} rows, seed {seed}");
            }
        }
    }

    [Fact]
    public void BarsBeyondAPage_ReadBackTheSame()
    {
        const int seed = 131_073;
        Bar[] bars = Bars(new Random(seed), seed);
        Assert.True(bars.SequenceEqual(BarObjectCodec.Read("bars", BarObjectCodec.Write([.. bars], Origin)).Bars), $"seed {seed}");
    }

    // As it was before volumes could be fractional: the merge must not lose such rows.
    [Fact]
    public void ObjectWithWholeVolumes_IsRead()
    {
        string[] prices = ["avg_close", "last_close", "open", "high", "low"];
        ParquetField[] fields =
        [
            new("window_start", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: true),
            new("window_end", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: true),
            .. prices.Select(name => new ParquetField(name, PhysicalType.Double, LogicalKind.None, IsOptional: true)),
            new("volume", PhysicalType.Int64, LogicalKind.None, IsOptional: true),
            new("tick_count", PhysicalType.Int64, LogicalKind.None, IsOptional: true),
        ];
        var output = new MemoryStream();
        using (var writer = new ParquetWriter(output, fields, Origin.ToMetadata()))
        {
            writer.BeginRowGroup(2);
            writer.Write([0L, 60_000_000]);
            writer.Write([60_000_000L, 120_000_000]);
            foreach (string _ in prices) writer.Write([1.5, 2.5]);
            writer.Write([82_488_700L, 0], [false, true]);
            writer.Write([3L, 4]);
            writer.Finish();
        }

        Assert.Equal(
            [new Bar(0, 1.5, 1.5, 1.5, 1.5, 1.5, 82_488_700, 3), new Bar(60_000_000, 2.5, 2.5, 2.5, 2.5, 2.5, null, 4)],
            BarObjectCodec.Read("bars", output.ToArray()).Bars);
    }

    [Fact]
    public void LaterObject_LeavesTheEarlierAlone()
    {
        byte[] first = BarObjectCodec.Write(Bars(new Random(1), 390), Origin);
        byte[] copy = [.. first];
        byte[] second = BarObjectCodec.Write(Bars(new Random(2), 390), Origin);
        Assert.Equal(copy, first);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Objects_OfSeveralThreads_AreTheirOwn()
    {
        Bar[][] days = [.. Enumerable.Range(0, 64).Select(seed => Bars(new Random(seed), 390))];
        byte[][] alone = [.. days.Select(day => BarObjectCodec.Write(day, Origin))];
        byte[][] together = [.. days.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(day => BarObjectCodec.Write(day, Origin))];
        Assert.Equal(alone, together);
    }

    private static Bar[] Bars(Random random, int rows)
    {
        bool hasVolume = random.Next(5) > 0, isThin = random.Next(2) == 0;
        long minute = random.Next(30_000_000);
        long cents = random.Next(100, 100_000);
        return [.. Enumerable.Range(0, rows).Select(_ =>
        {
            minute += isThin ? random.Next(1, 4) : 1;
            cents = Math.Max(1, cents + random.Next(-20, 21));
            int ticks = random.Next(1, isThin ? 4 : 200);
            return new Bar(
                minute * WindowValue.LengthMicros, cents / 100.0 / ticks, Odd(cents / 100.0), (cents + random.Next(9)) / 100.0, (cents + 12) / 100.0,
                -cents / 100.0, hasVolume && random.Next(20) > 0 ? random.NextInt64() / Math.Pow(10, random.Next(20)) : null, ticks);
        })];

        double Odd(double usual) => random.Next(50) == 0 ? -0.0 : usual;
    }
}
