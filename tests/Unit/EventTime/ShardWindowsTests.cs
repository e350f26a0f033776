using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Unit.EventTime;

public sealed class ShardWindowsTests
{
    private readonly TickLog _log = new();

    // 14:30      14:31
    //  |--1--3--|--5--|
    [Fact]
    public void TicksOfAMinute_AreOneRow()
    {
        _log.Tick("A", 10, 1, ""","open":0.5,"high":9,"low":0.25,"volume":10""");
        _log.Tick("A", 59.999999, 3, ""","volume":5""");
        _log.Tick("A", 60, 5);
        WindowValue first = _log.Values()[("A", 0)];
        Assert.Equal((2, 0.5, 9, 0.25, 3, (double?)15), (first.TickCount, first.Open, first.High, first.Low, first.LastClose, first.VolumeSum?.ToDouble()));
        Assert.Equal(2, Bar.Of(first).AvgClose);
        Assert.Equal((1, null), (_log.Values()[("A", 1)].TickCount, _log.Values()[("A", 1)].VolumeSum));
    }

    // The windows of many tickers are asked for before they are needed: of a bad record there is none to ask for.
    [Fact]
    public void BadRecordsAmongManyTickers_AreQuarantinedAndTheRestIsFolded()
    {
        const int tickers = 1_000;
        for (int batch = 0; batch < 2; batch++)
        {
            string[] ticks = [.. Enumerable.Range(0, tickers).Select(i => TickLog.Json($"T{i}", 10 + batch, 1))];
            _log.Records(ticks.SelectMany(tick => new[] { tick, "bad" }));
        }

        Assert.Equal(new Books(4 * tickers, 2 * tickers, 0, 2 * tickers, 0), _log.Windows.Books);
        Assert.Equal(0, _log.Windows.FailureCount);
        Assert.Equal(tickers, _log.Values().Count(window => window.Value.TickCount == 2));
    }

    [Fact]
    public void OpenAndLastClose_AreByEventTimeThenSequenceNumber()
    {
        _log.Tick("A", 30, 1);
        _log.Tick("A", 50, 2);
        _log.Tick("A", 50, 3);
        _log.Tick("A", 20, 4, ""","open":7""");
        _log.Tick("A", 20, 5, ""","open":8""");
        WindowValue value = _log.Values()[("A", 0)];
        Assert.Equal((3, 7), (value.LastClose, value.Open));
    }

    [Fact]
    public void TradeDate_IsTheFirstTicksInShardOrder()
    {
        _log.Tick("A", 30, 1, ""","date":"2024-01-01" """);
        _log.Tick("A", 10, 1, ""","date":"2024-01-02" """);
        Assert.Equal(new DateOnly(2024, 1, 1), _log.Values()[("A", 0)].TradeDate);
    }

    [Fact]
    public void TradeDateOfTickWithoutDate_IsTheExchangesDay()
    {
        // 02:30 UTC is still the evening before in New York.
        _log.Tick("A", 12 * 3600, 1);
        Assert.Equal(new DateOnly(2024, 1, 2), Assert.Single(_log.Values()).Value.TradeDate);
    }

    [Fact]
    public void VolumesBeyond64Bits_AreSummed()
    {
        _log.Tick("A", 1, 1, ""","volume":9223372036854775807""");
        _log.Tick("A", 2, 1, ""","volume":9223372036854775807""");
        _log.Tick("A", 3, 1, ""","volume":9223372036854775807""");
        WindowValue value = _log.Values()[("A", 0)];
        Assert.Equal(long.MaxValue * 3d, value.VolumeSum!.Value.ToDouble());
        Assert.Equal(value.VolumeSum, new WindowValue { VolumeSum = value.VolumeSum }.VolumeSum);
        Assert.Equal(long.MaxValue * 3d, Bar.Of(value).Volume);
    }

    // watermark 10:59.99.. / 11:00 / 11:00.000001 after the open; the first minute ended at 1:00, allowed lateness is 10 minutes
    [Theory]
    [InlineData(660, false)]
    [InlineData(660.000001, true)]
    public void TickOfAWindowThatEndedMoreThanTheAllowedLatenessBefore_IsLate(double watermark, bool isLate)
    {
        _log.Tick("A", 5, 1);
        _log.Tick("A", watermark, 1);
        _log.Tick("A", 6, 1);
        Assert.Equal(isLate ? 1 : 0, _log.Windows.Books.Late);
        Assert.Equal(isLate ? 1 : 2, _log.Values()[("A", 0)].TickCount);
        Assert.True(_log.Windows.Books.Balance);
    }

    // The watermark is at 11:01 and stays there, whether the tick before it is of the newest window or of another.
    [Theory]
    [InlineData(660)]
    [InlineData(600)]
    public void TickOutOfOrder_TurnsNoWatermarkBack(double earlier)
    {
        _log.Tick("A", 5, 1);
        _log.Tick("A", 661, 1);
        _log.Tick("A", earlier, 1);
        _log.Tick("A", 6, 1);
        Assert.Equal(1, _log.Windows.Books.Late);
        Assert.Equal(TickLog.Micros(TickLog.Open.AddSeconds(661)), _log.Windows.ShardMicros);
    }

    [Fact]
    public void Lateness_DoesNotDependOnOtherTickers()
    {
        _log.Tick("B", 3600, 1);
        _log.Tick("A", 5, 1);
        Assert.Equal(0, _log.Windows.Books.Late);
    }

    [Fact]
    public void Lateness_DoesNotDependOnBatches()
    {
        var oneByOne = new TickLog();
        var atOnce = new TickLog();
        string[] records = [TickLog.Json("A", 5, 1), TickLog.Json("A", 2000, 1), TickLog.Json("A", 6, 1), TickLog.Json("A", 1500, 1)];
        foreach (string record in records) oneByOne.Record(record);
        atOnce.Records(records);
        Assert.Equal(1, oneByOne.Windows.Books.Late);
        Assert.Equal(oneByOne.Windows.Books, atOnce.Windows.Books);
    }

    [Fact]
    public void LateTick_IsLateWhetherOrNotItsWindowIsKept()
    {
        _log.Tick("A", 5, 1);
        _log.Tick("A", 2000, 1);
        _log.Tick("A", 6, 1);
        ConfirmAll(_log.Windows);
        Assert.Equal(1, _log.Windows.WindowCount);
        _log.Tick("A", 7, 1);
        Assert.Equal([0, 1], _log.Windows.Late.Select(record => record.Ordinal));
    }

    [Fact]
    public void StrayTickFromTheFuture_IsQuarantinedAndMakesNothingLate()
    {
        _log.Tick("A", 5, 1);
        _log.Record("""{"ticker":"A","timestamp":"2099-01-01T00:00:00Z","close":1}""");
        _log.Tick("A", 6, 1);
        Assert.Equal(new Books(3, 2, 0, 1, 0), _log.Windows.Books);
    }

    [Fact]
    public void Window_IsDueOnceTheShardIsPastItsEndAndGrace()
    {
        _log.Tick("A", 5, 1);
        _log.Tick("B", 61.9, 1);
        Assert.DoesNotContain(_log.Windows.Snapshot(openWindowsToo: false).Windows, window => window.IsDue);
        _log.Tick("B", 62, 1);
        Assert.Equal("A", Assert.Single(_log.Windows.Snapshot(openWindowsToo: false).Windows, window => window.IsDue).Window.Ticker.Name);
    }

    [Fact]
    public void OpenWindowsOfASnapshot_AdvanceNoWatermark()
    {
        _log.Tick("A", 5, 1);
        ConfirmAll(_log.Windows);
        _log.Tick("A", 6, 1);
        Assert.Equal(0, _log.Windows.Books.Late);
        Assert.Equal(2, _log.Values()[("A", 0)].TickCount);
    }

    [Fact]
    public void Window_IsDroppedOnlyIfSealedAndConfirmed()
    {
        _log.Tick("A", 5, 1);
        _log.Tick("A", 2000, 1);
        _log.Windows.DropFinished();
        Assert.Equal(2, _log.Windows.WindowCount);
        FlushSnapshot before = _log.Windows.Snapshot(openWindowsToo: true);
        foreach (WindowSnapshot window in before.Windows) _log.Windows.Confirm(window);
        _log.Windows.DropFinished();
        Assert.Equal((1, 0), (_log.Windows.WindowCount, _log.Windows.DirtyCount));
    }

    [Fact]
    public void TickDuringAFlush_KeepsItsWindowDirty()
    {
        _log.Tick("A", 5, 1);
        FlushSnapshot before = _log.Windows.Snapshot(openWindowsToo: true);
        _log.Tick("A", 6, 1);
        foreach (WindowSnapshot window in before.Windows) _log.Windows.Confirm(window);
        Assert.Equal(1, _log.Windows.DirtyCount);
        Assert.Equal(1, Assert.Single(before.Windows).Value.TickCount);
    }

    [Fact]
    public void AnyOrderWithinTheAllowedLateness_IsTheSameBitForBit()
    {
        const int seed = 11;
        var random = new Random(seed);
        for (int round = 0; round < 50; round++)
        {
            (string Ticker, double Second, double Close)[] ticks = [.. Enumerable.Range(0, 400).Select(i => ("T" + (i % 3), (double)random.Next(0, 570), Math.Round(random.NextDouble() * 1000, 8)))];
            var sorted = new TickLog();
            sorted.Records(ticks.OrderBy(tick => tick.Second).Select(tick => TickLog.Json(tick.Ticker, tick.Second, tick.Close)));
            random.Shuffle(ticks);
            var shuffled = new TickLog();
            shuffled.Records(ticks.Select(tick => TickLog.Json(tick.Ticker, tick.Second, tick.Close)));

            Assert.Equal(0, shuffled.Windows.Books.Late);
            Assert.Equal(sorted.Values().Keys.Order(), shuffled.Values().Keys.Order());
            foreach (((string, int) key, WindowValue value) in sorted.Values())
            {
                WindowValue other = shuffled.Values()[key];
                Assert.True(
                    (value.TickCount, value.CloseSum, value.High, value.Low, value.FirstMicros, value.LastMicros)
                    == (other.TickCount, other.CloseSum, other.High, other.Low, other.FirstMicros, other.LastMicros)
                    && BitConverter.DoubleToInt64Bits(Bar.Of(value).AvgClose) == BitConverter.DoubleToInt64Bits(Bar.Of(other).AvgClose),
                    $"seed {seed}, round {round}, window {key}");
            }
        }
    }

    private static void ConfirmAll(ShardWindows windows)
    {
        foreach (WindowSnapshot window in windows.Snapshot(openWindowsToo: true).Windows) windows.Confirm(window);
        windows.DropFinished();
    }
}
