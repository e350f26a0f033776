using System.Text.Json;
using Streaming.Producer;
using Streaming.Shared.Parquet;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Pacing;

/// <summary>The whole replay on virtual time: when each record leaves, and with which event time.</summary>
public sealed class ReplayPacingTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 30, TimeSpan.Zero);
    private static readonly DateTimeOffset Open = new(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(Now);
    private readonly RecordingStream _stream;

    public ReplayPacingTests() => _stream = new RecordingStream(_clock);

    public void Dispose() => _folder.Dispose();

    // event:  0 s   60 s  60 s  90 s       sent at speed 60:  0  1  1  1.5
    [Fact]
    public async Task Speed60_AMinuteLaterLeavesASecondLater()
    {
        await ReplayAsync(Options(0, 60, 60, 90) with { Speed = 60 });
        Assert.Equal([0, 1, 1, 1.5], SentAfterSeconds());
    }

    [Fact]
    public async Task Max_SendsAllAtOnce_InFullBatches()
    {
        await ReplayAsync(Options([.. Enumerable.Range(0, 1200)]) with { Speed = double.PositiveInfinity });
        Assert.All(SentAfterSeconds(), second => Assert.Equal(0, second));
        Assert.Equal([500, 500, 200], _stream.Batches);
    }

    [Fact]
    public async Task Rate_HoldsBackWhatIsDueEarlier()
    {
        await ReplayAsync(Options(0, 0, 0, 0, 0) with { Speed = double.PositiveInfinity, Rate = 2 });
        Assert.Equal([0, 0.5, 1, 1.5, 2], SentAfterSeconds());
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 7220)]
    public async Task PauseOfOverAnHour_IsSkippedUnlessKept(bool skip, double lastSent)
    {
        await ReplayAsync(Options(0, 10, 7220) with { SkipGaps = skip });
        Assert.Equal(lastSent, SentAfterSeconds()[^1]);
    }

    // The data spans less than a day, so each pass begins one day after the one before.
    [Fact]
    public async Task Loops_MoveTimesAndDatesOnByWholeDays()
    {
        ReplaySummary summary = await ReplayAsync(Options(0, 30) with { Loops = 3 });
        Assert.Equal(6, summary.Sent);
        Assert.Equal([0, 30, 86400, 86430, 172800, 172830], EventSeconds(Open));
        Assert.Equal(["2024-01-02", "2024-01-03", "2024-01-04"], Texts("date").Distinct());
        Assert.Equal(Enumerable.Range(0, 6).Select(seq => $"{seq}"), Texts("seq"));
    }

    // Moved by whole minutes: the first event comes into the minute that the clock stands in.
    [Fact]
    public async Task RetimeNow_BeginsInThisMinute_AndSkippedPausesStaySkipped()
    {
        await ReplayAsync(Options(0, 59, 36_059) with { Retime = Retime.Now });
        Assert.Equal([0, 59, 59], EventSeconds(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero)));
        Assert.Equal("2026-03-02", Texts("date")[0]);
    }

    [Fact]
    public async Task LoopIntoTheFuture_EndsLoudly()
    {
        TickFile.Write(_folder["a.parquet"], [TickFile.Tick("A", Now.AddHours(-1), 1)]);
        ProducerOptions options = Options() with { Inputs = [_folder.Path], Loops = null, Speed = double.PositiveInfinity };
        var error = await Assert.ThrowsAsync<ReplayException>(() => ReplayAsync(options));
        Assert.Contains("day ahead", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_And_Duration_EndTheReplay()
    {
        Assert.Equal(3, (await ReplayAsync(Options(0, 1, 2, 3, 4) with { Limit = 3 })).Sent);
        Assert.Equal(2, (await ReplayAsync(Options(0, 1, 20, 30) with { Duration = TimeSpan.FromSeconds(10) })).Sent);
    }

    [Theory]
    [InlineData(1, null, 1)]
    [InlineData(1, 4.0, 0.25)]
    [InlineData(double.PositiveInfinity, null, 0)]
    public async Task DailyBars_LeaveOneASecond_AtTheCloseOfTheirDate(double speed, double? rate, double secondsApart)
    {
        var notes = new List<string>();
        await ReplayAsync(Daily("2024-03-08", "2024-03-11", "2024-03-12") with { Speed = speed, Rate = rate, Noted = notes.Add });
        Assert.Equal([0, secondsApart, 2 * secondsApart], SentAfterSeconds());
        Assert.Equal(["2024-03-08T21:00:00+00:00", "2024-03-11T20:00:00+00:00", "2024-03-12T20:00:00+00:00"], Texts("timestamp"));
        Assert.Equal(["2024-03-08", "2024-03-11", "2024-03-12"], Texts("date"));
        Assert.Equal(["daily bars: event time is 16:00 America/New_York of their date"], notes);
    }

    [Fact]
    public async Task DailyBars_RetimedNow_TakeTheClocksTime_AndKeepTheirDate()
    {
        var notes = new List<string>();
        await ReplayAsync(Daily("2024-03-08", "2024-03-11", "2024-03-12") with { Retime = Retime.Now, Noted = notes.Add });
        Assert.Equal([0, 1, 2], EventSeconds(Now));
        Assert.Equal(["2024-03-08", "2024-03-11", "2024-03-12"], Texts("date"));
        Assert.Contains("--retime now", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DailyBars_MixedWithTicks_LeaveByTheirEventTime()
    {
        ProducerOptions daily = Daily("2024-01-02");
        string ticks = TickFile.Write(_folder["mixed.parquet"], [TickFile.Tick("A", new DateTimeOffset(2024, 1, 2, 20, 59, 50, TimeSpan.Zero), 1)]);
        await ReplayAsync(daily with { Inputs = [.. daily.Inputs, ticks] });
        Assert.Equal([0, 10], SentAfterSeconds());
    }

    [Fact]
    public async Task DailyBars_Looped_MoveOnByWholeDays()
    {
        await ReplayAsync(Daily("2024-01-02", "2024-01-03") with { Loops = 2, Speed = double.PositiveInfinity });
        Assert.Equal(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"], Texts("date"));
        Assert.Equal("2024-01-05T21:00:00+00:00", Texts("timestamp")[^1]);
    }

    [Fact]
    public async Task Cancelled_SaysSoAndCountsWhatWasSent()
    {
        using var stop = new CancellationTokenSource();
        var pipeline = new ReplayPipeline(Options(0, 10, 20), _clock);
        Task<ReplaySummary> replay = pipeline.RunAsync(_stream, stop.Token);
        _clock.Advance(TimeSpan.FromSeconds(15));
        stop.Cancel();
        ReplaySummary summary = await replay;
        Assert.True(summary.Interrupted);
        Assert.Equal(2, summary.Sent);
    }

    [Fact]
    public async Task CancelledAtMostSpeed_SaysTheLastTickThatWasSent()
    {
        using var stop = new CancellationTokenSource();
        _stream.OnPut = () =>
        {
            stop.Cancel();
            return Task.CompletedTask;
        };
        var pipeline = new ReplayPipeline(Options([.. Enumerable.Range(0, 2 * PutBatch.MaxRecords)]) with { Speed = double.PositiveInfinity }, _clock);
        ReplaySummary summary = await _clock.RunAsync(pipeline.RunAsync(_stream, stop.Token));
        Assert.Equal((true, PutBatch.MaxRecords), (summary.Interrupted, summary.Sent));
        Assert.Equal(Open.AddSeconds(PutBatch.MaxRecords - 1), summary.LastEvent);
    }

    [Fact]
    public async Task WholeReplay_SaysItsFirstAndLastTick()
    {
        ReplaySummary summary = await ReplayAsync(Options(3, 10, 20));
        Assert.Equal((Open.AddSeconds(3), Open.AddSeconds(20)), (summary.FirstEvent, summary.LastEvent));
    }

    [Fact]
    public async Task StreamThatHoldsUp_ShowsAsLag()
    {
        _stream.OnPut = () => Task.Delay(TimeSpan.FromMilliseconds(700), _clock);
        var pipeline = new ReplayPipeline(Options(0), _clock);
        await _clock.RunAsync(pipeline.RunAsync(_stream, CancellationToken.None));
        Assert.Equal(TimeSpan.FromMilliseconds(700), pipeline.Progress.Lag);
    }

    private ProducerOptions Options(params int[] seconds)
    {
        string path = TickFile.Write(_folder["ticks.parquet"], [.. seconds.Select((second, i) => TickFile.Tick("A", Open.AddSeconds(second), i + 1))]);
        return new ProducerOptions { Inputs = [path], RunId = "test" };
    }

    private Task<ReplaySummary> ReplayAsync(ProducerOptions options)
        => _clock.RunAsync(new ReplayPipeline(options, _clock).RunAsync(_stream, CancellationToken.None));

    private double[] SentAfterSeconds() => [.. _stream.Records.Select(record => (record.At - Now).TotalSeconds)];

    private double[] EventSeconds(DateTimeOffset since) => [.. Texts("timestamp").Select(text => (DateTimeOffset.Parse(text) - since).TotalSeconds)];

    private string[] Texts(string property) => [.. _stream.Data.Select(data => JsonDocument.Parse(data).RootElement.GetProperty(property).ToString())];

    private ProducerOptions Daily(params string[] days)
    {
        using (FileStream output = File.Create(_folder["daily.parquet"]))
        {
            using var writer = new ParquetWriter(
                output,
                [new("ticker", PhysicalType.ByteArray, LogicalKind.Text, true), new("date", PhysicalType.ByteArray, LogicalKind.Text, true), new("close", PhysicalType.Double, LogicalKind.None, true)]);
            writer.BeginRowGroup(days.Length);
            writer.Write([.. days.Select(_ => "A")]);
            writer.Write(days);
            writer.Write([.. days.Select(_ => 1.0)]);
            writer.Finish();
        }

        return Options() with { Inputs = [_folder["daily.parquet"]] };
    }
}
