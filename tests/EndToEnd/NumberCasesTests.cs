using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Flushing;
using Streaming.Producer;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>Numbers of the field cases f02, r01, r02 and r03, from a file to the rows.</summary>
public sealed class NumberCasesTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task FieldCaseF02_SmallPrices_HaveTheirExactMean()
    {
        Bar bar = Assert.Single(await BarsAsync(TickFile.Tick("YOSHI", Start, 7.2377e-11), TickFile.Tick("YOSHI", Start.AddSeconds(1), 7.2399e-11)));
        Assert.Equal((7.2388e-11, 7.2399e-11, 7.2399e-11, 7.2377e-11), (bar.AvgClose, bar.LastClose, bar.High, bar.Low));
    }

    [Fact]
    public async Task FieldCaseF02_MeanOfOneFloatPrice_IsThePrice()
    {
        var random = new Random(1);
        Tick[] ticks = [.. Enumerable.Range(0, 300).Select(minute => TickFile.Tick("AMD", Start.AddMinutes(minute), (float)(random.NextDouble() * Math.Pow(10, random.Next(-9, 6)))))];
        Bar[] bars = await BarsAsync(ticks);
        Assert.Equal(ticks.Select(tick => tick.Close), bars.Select(bar => bar.AvgClose));
        Assert.All(bars, bar => Assert.Equal((bar.AvgClose, bar.AvgClose, bar.AvgClose), (bar.LastClose, bar.Low, bar.High)));
    }

    [Fact]
    public async Task FieldCaseR01_ZeroAndNegativePrices_Count()
    {
        double[] closes = [1, 0, -0.01, -37.63];
        Bar bar = Assert.Single(await BarsAsync([.. closes.Select((close, i) => TickFile.Tick("CLK20", Start.AddSeconds(i), close))]));
        Assert.Equal((4, -9.16, -37.63, -37.63, 1), (bar.TickCount, bar.AvgClose, bar.LastClose, bar.Low, bar.High));
    }

    [Fact]
    public async Task FieldCaseR02_FractionalVolumes_AreSummed()
    {
        Bar bar = Assert.Single(await BarsAsync(
            TickFile.Tick("BTCUSD", Start, 93576.5, 0.00123), TickFile.Tick("BTCUSD", Start.AddSeconds(1), 93577, 1.5), TickFile.Tick("BTCUSD", Start.AddSeconds(2), 93578, 1)));
        Assert.Equal((3, 93578, 2.50123), (bar.TickCount, bar.LastClose, bar.Volume));
        Assert.Equal(93577.1666666667, bar.AvgClose, 1e-9);
    }

    [Fact]
    public async Task FieldCaseR03_UnusableSideColumns_AreAbsentAndCounted()
    {
        string[] numbers = ["open", "high", "low", "close", "volume"];
        string path = _folder["in.parquet"];
        using (FileStream output = File.Create(path))
        using (var writer = new ParquetWriter(output,
        [
            new("ticker", PhysicalType.ByteArray, LogicalKind.Text, IsOptional: false),
            new("timestamp", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: false),
            .. numbers.Select(name => new ParquetField(name, PhysicalType.Double, LogicalKind.None, IsOptional: true) { MayBeNaN = true }),
        ]))
        {
            writer.BeginRowGroup(3);
            writer.Write(["NAV", "NAV", "NAV"]);
            writer.Write([.. Enumerable.Range(0, 3).Select(second => IsoTime.ToMicros(Start.AddSeconds(second)))]);
            writer.Write([double.NaN, 1.09, 0], [false, false, false]);
            writer.Write([0, 1.2, double.NaN], [false, false, false]);
            writer.Write([-1e300, 0, 1.08], [false, true, false]);
            writer.Write([1.0950, 1.0951, 1.0952]);
            writer.Write([double.NaN, -5, 7], [false, false, false]);
            writer.Finish();
        }

        ReplaySummary summary = await RunAsync(path);
        Assert.Equal((3, 0), (summary.Sent, summary.Rejected));
        Assert.Equal(
            ["high is not a number 1", "high is zero 1", "low is not a price 1", "open is not a number 1", "open is zero 1", "volume is not a number 1", "volume is not a volume 1"],
            summary.IgnoredByReason.Select(reason => $"{reason.Key.Split(':')[0]} {reason.Value}").Order(StringComparer.Ordinal));
        Bar bar = Assert.Single(await LakeAsync());
        Assert.Equal((3, 1.0951, 1.0952, 1.0950, 1.2, 1.08, 7d), (bar.TickCount, bar.AvgClose, bar.LastClose, bar.Open, bar.High, bar.Low, bar.Volume));
    }

    private async Task<Bar[]> BarsAsync(params Tick[] ticks)
    {
        ReplaySummary summary = await RunAsync(TickFile.Write(_folder["in.parquet"], ticks));
        Assert.Equal((ticks.Length, 0), (summary.Sent, summary.Rejected));
        return await LakeAsync();
    }

    private async Task<Bar[]> LakeAsync() => [.. (await Oracle.LakeAsync(_folder["lake"])).Values.Select(row => row.Bar).OrderBy(bar => bar.WindowStartMicros)];

    private async Task<ReplaySummary> RunAsync(string input)
    {
        await using IManagedStream stream = RecordStreams.Open(_folder["stream"], TimeProvider.System);
        await stream.CreateAsync(1, CancellationToken.None);
        var replay = new ReplayPipeline(new ProducerOptions { Inputs = [input], Speed = double.PositiveInfinity, RunId = "test" }, TimeProvider.System);
        ReplaySummary summary = await replay.RunAsync(stream, CancellationToken.None);
        var service = new ConsumerService(
            stream, ObjectStores.Open(_folder["lake"], TimeProvider.System), new ConsumerOptions { Once = true }, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        await service.RunAsync(CancellationToken.None);
        return summary;
    }

    public void Dispose() => _folder.Dispose();
}
