using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Streams.Kinesis;

public sealed class KinesisStreamTests : IAsyncLifetime
{
    private const string First = "shardId-000000000000";

    private FakeAws _aws = null!;
    private KinesisStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        _aws = await FakeAws.StartAsync();
        _stream = FakeStream.Open(_aws, "stock_stream");
        await _stream.CreateAsync(1, default);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task RefusedAndRepeatedRequests_AreCounted()
    {
        AwsSettings settings = FakeStream.SettingsFor(_aws.Endpoint);
        await using var stream = new KinesisStream("kinesis://stock_stream", settings, TimeProvider.System, new Random(1), FakeStream.Quick);
        await stream.DescribeAsync(default);
        Assert.Equal((0, 0), (settings.Activity.Throttled, settings.Activity.Retried));

        _aws.Kinesis.Faults = new KinesisFaults(3) { Throttle = 0.3, ServerError = 0.3 };
        for (int i = 0; i < 10; i++) await stream.PutAsync(("A", $"{i}"));
        Assert.InRange(settings.Activity.Throttled, 1, settings.Activity.Retried - 1);
    }

    [Fact]
    public async Task ExpiredIterators_AreRenewedBehindTheLastRecord()
    {
        _aws.Kinesis.Faults = new KinesisFaults(3) { ExpiredIterator = 0.3, Throttle = 0.2, ServerError = 0.1 };
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        var seen = new List<Seen>();
        for (int i = 0; i < 20; i++)
        {
            await _stream.PutAsync(("A", $"{i}"));
            seen.AddRange(await reader.ReadToTipAsync());
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), seen.Texts().Distinct());
    }

    [Fact]
    public async Task ExpiredLatest_SkipsNothingThatCameSince()
    {
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.Latest, default);
        await _stream.PutAsync(("A", "1"), ("A", "2"));
        _aws.Kinesis.Faults = new KinesisFaults(1) { ExpiredIterator = 1, Storm = (1, 100) };
        Assert.Equal(["1", "2"], (await reader.ReadToTipAsync()).Texts());
        Assert.Equal(2, _aws.Kinesis.CallsOf["GetShardIterator"]);
    }

    [Fact]
    public async Task PositionOlderThanTheRetention_IsALoudLoss()
    {
        await _stream.PutAsync(("A", "1"), ("A", "2"), ("A", "3"));
        List<Seen> seen = await _stream.ReadAllAsync(First);
        _aws.Kinesis.Trim("stock_stream", 1);
        var loss = await Assert.ThrowsAsync<StreamDataLossException>(() => _stream.OpenReaderAsync(First, StreamPosition.After(seen[0].Position), default));
        Assert.Contains(First, loss.Message, StringComparison.Ordinal);
        Assert.Equal(["3"], (await _stream.ReadAllAsync(First, StreamPosition.After(seen[1].Position))).Texts());
    }

    // A child whose parents were read to their end, and then nobody came for longer than the retention.
    [Fact]
    public async Task ShardThatWasNotReadForLongerThanTheRetention_IsALoudLoss()
    {
        await _stream.PutAsync(("A", "1"));
        long HoursAgo(int hours) => Streaming.Shared.Ticks.IsoTime.ToMicros(_stream.Client.Now - TimeSpan.FromHours(hours));
        StreamPosition lately = StreamPosition.TrimHorizon.ReadToTipAt(HoursAgo(1)), longAgo = StreamPosition.TrimHorizon.ReadToTipAt(HoursAgo(25));
        Assert.Equal(["1"], (await _stream.ReadAllAsync(First, lately)).Texts());
        var loss = await Assert.ThrowsAsync<StreamDataLossException>(() => _stream.OpenReaderAsync(First, longAgo, default));
        Assert.Contains("--on-data-loss continue", loss.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], (await _stream.ReadAllAsync(First, longAgo.AcceptingLoss())).Texts());
    }

    // It may have been left alone for long before; while it is read and has nothing, nothing can be lost.
    [Fact]
    public async Task IteratorThatExpiredOnAShardThatNeverHadARecord_IsNoLoss()
    {
        _aws.Kinesis.Change("stock_stream", stream => stream.RetentionHours = 48);
        long dayAgo = Streaming.Shared.Ticks.IsoTime.ToMicros(_stream.Client.Now - TimeSpan.FromHours(25));
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon.ReadToTipAt(dayAgo), default);
        Assert.Equal(0, (await reader.ReadAsync(default)).Count);
        _aws.Kinesis.Change("stock_stream", stream => stream.RetentionHours = 24);
        await _stream.PutAsync(("A", "1"));
        _aws.Kinesis.Faults = new KinesisFaults(1) { ExpiredIterator = 1, Storm = (1, 100) };
        Assert.Equal(["1"], (await reader.ReadToTipAsync()).Texts());
    }

    // A process that was stopped for longer than the retention: the service would begin behind the gap and not say so.
    [Fact]
    public async Task IteratorThatExpiredBeforeAGap_IsALoudLoss()
    {
        await _stream.PutAsync(("A", "1"), ("A", "2"));
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        Assert.Equal(["1", "2"], (await reader.ReadToTipAsync()).Texts());
        await _stream.PutAsync(("A", "3"), ("A", "4"));
        _aws.Kinesis.Trim("stock_stream", 3);
        _aws.Kinesis.Faults = new KinesisFaults(1) { ExpiredIterator = 1, Storm = (1, 100) };
        await Assert.ThrowsAsync<StreamDataLossException>(() => reader.ReadAsync(default).AsTask());
    }

    [Fact]
    public async Task IteratorThatExpiredAtAQuietTip_IsNoLoss()
    {
        await _stream.PutAsync(("A", "1"), ("A", "2"));
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        Assert.Equal(["1", "2"], (await reader.ReadToTipAsync()).Texts());
        Assert.Equal(0, (await reader.ReadAsync(default)).Count);
        await _stream.PutAsync(("A", "3"));
        _aws.Kinesis.Trim("stock_stream", 2);
        _aws.Kinesis.Faults = new KinesisFaults(1) { ExpiredIterator = 1, Storm = (1, 100) };
        Assert.Equal(["3"], (await reader.ReadToTipAsync()).Texts());
    }

    // The service's machines do not agree on the time: a tip counts as read a little earlier than it was, so that a doubtful case is a loss.
    [Theory]
    [InlineData(-1, true)]
    [InlineData(-30, false)]
    public async Task TipAtTheEdgeOfTheRetention_IsJudgedWithTheClockMargin(int secondsFromTheEdge, bool isLoss)
    {
        var time = new ShiftedTime();
        _aws.Kinesis.Time = time;
        await using KinesisStream stream = FakeStream.Open(_aws, "stock_stream", time: time);
        await stream.PutAsync(("A", "1"), ("A", "2"));
        await using IShardReader reader = await stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        Assert.Equal(["1", "2"], (await reader.ReadToTipAsync()).Texts());
        Assert.Equal(0, (await reader.ReadAsync(default)).Count);
        // The retention has a margin of a minute of its own. The iterator has expired by then.
        time.Shift = TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(secondsFromTheEdge);
        await stream.PutAsync(("A", "3"), ("A", "4"));
        _aws.Kinesis.Trim("stock_stream", 3);
        if (isLoss) await Assert.ThrowsAsync<StreamDataLossException>(() => reader.ReadAsync(default).AsTask());
        else Assert.Equal(["4"], (await reader.ReadToTipAsync()).Texts());
    }

    // The look at the oldest record has an iterator of its own, which does not begin at the position when it is renewed.
    [Fact]
    public async Task IteratorThatExpiresWhileTheOldestIsLookedFor_IsNoLoss()
    {
        await _stream.PutAsync(("A", "1"), ("A", "2"), ("A", "3"));
        List<Seen> seen = await _stream.ReadAllAsync(First);
        _aws.Kinesis.Faults = new KinesisFaults(1) { ExpiredIterator = 1, Storm = (2, 100) };
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.After(seen[0].Position), default);
        Assert.Equal(["2", "3"], (await reader.ReadToTipAsync()).Texts());
        Assert.Equal(4, _aws.Kinesis.CallsOf["GetShardIterator"]);
    }

    [Fact]
    public async Task PositionOfAnotherStream_IsALoudLoss()
    {
        await _stream.PutAsync(("A", "1"));
        await Assert.ThrowsAsync<StreamDataLossException>(() => _stream.OpenReaderAsync(First, StreamPosition.After(SequenceNumber.FromUInt64(17)), default));
    }

    [Fact]
    public async Task ManyShards_AreListedPageByPage()
    {
        _aws.Kinesis.ShardsPerPage = 3;
        await using KinesisStream stream = FakeStream.Open(_aws, "wide");
        await stream.CreateAsync(8, default);
        Assert.Equal(8, (await stream.ListShardsAsync(default)).Count);
        Assert.Equal(3, _aws.Kinesis.CallsOf["ListShards"]);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task WrongClock_IsCorrectedFromTheAnswersDate(int minutes)
    {
        _aws.Kinesis.Faults.ClockSkew = TimeSpan.FromMinutes(minutes);
        Assert.Equal("stock_stream", (await _stream.DescribeAsync(default)).Name);
        int calls = _aws.Kinesis.Calls;
        await _stream.DescribeAsync(default);
        Assert.Equal(calls + 1, _aws.Kinesis.Calls);
    }

    [Fact]
    public async Task AccessDenied_StopsWithActionAndResource()
    {
        _aws.Kinesis.Faults.DeniedOperations.Add("ListShards");
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => _stream.ListShardsAsync(default));
        Assert.Contains("kinesis:ListShards on stream stock_stream (us-east-1)", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _aws.Kinesis.CallsOf["ListShards"]);
    }

    [Fact]
    public async Task ExpiredCredentials_StopAfterRenewals()
    {
        _aws.Kinesis.Faults.RefusedCredentials = "ExpiredTokenException";
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => _stream.DescribeAsync(default));
        Assert.Contains("expired", error.Message, StringComparison.Ordinal);
        Assert.InRange(_aws.Kinesis.CallsOf["DescribeStreamSummary"], 2, 5);
    }

    [Theory]
    [InlineData("ExpiredTokenException")]
    [InlineData("InvalidSignatureException")]
    [InlineData("SignatureDoesNotMatch")]
    [InlineData("IncompleteSignatureException")]
    [InlineData("MissingAuthenticationTokenException")]
    public async Task RefusedCredentials_AreNamedWithoutTheirSecrets(string code)
    {
        _aws.Kinesis.Faults.RefusedCredentials = code;
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => _stream.DescribeAsync(default));
        string text = error.ToString();
        Assert.Contains(code, text, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeAws.SecretKey, text, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeAws.SessionToken, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeletedStream_IsNotFoundWhileItIsRead()
    {
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        await _stream.DeleteAsync(default);
        await Assert.ThrowsAsync<StreamNotFoundException>(async () => await reader.ReadAsync(default));
    }

    [Theory]
    [InlineData("http://example.com:4566")]
    [InlineData("http://10.0.0.1:4566")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("https://user:secretword@example.com")]
    public void UnsafeEndpoint_IsRefused(string url)
    {
        var error = Assert.Throws<UsageException>(() => AwsEndpoint.Resolve(AwsService.Kinesis, FakeStream.SettingsFor(url)));
        Assert.DoesNotContain("secretword", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Region_DecidesTheEndpoint()
    {
        AwsSettings settings = FakeStream.SettingsFor("") with { EndpointUrl = null, Region = "eu-central-1" };
        Assert.Equal("https://kinesis.eu-central-1.amazonaws.com/", AwsEndpoint.Resolve(AwsService.Kinesis, settings).Url.ToString());
        Assert.Equal("https://kinesis.cn-north-1.amazonaws.com.cn/", AwsEndpoint.Resolve(AwsService.Kinesis, settings with { Region = "cn-north-1" }).Url.ToString());
        Assert.Equal("http://example.com/", AwsEndpoint.Resolve(AwsService.Kinesis, settings with { EndpointUrl = "http://example.com", AllowPlainHttp = true }).Url.ToString());
    }

    [Theory]
    [InlineData("kinesis://")]
    [InlineData("kinesis://a/b")]
    [InlineData("kinesis://a b")]
    public void AddressWithoutAStreamsName_IsRefused(string address)
        => Assert.Throws<UsageException>(() => new KinesisStream(address, FakeStream.SettingsFor(_aws.Endpoint), TimeProvider.System, new Random(1)));

    [Theory]
    [InlineData(0, 0, 1000)]
    [InlineData(5000, 1000, 200)]
    [InlineData(5000, 4_000_000, 2000)]
    public async Task Pace_FollowsTheLimitsOfAShard(long millisBehind, int bytes, int expectedMillis)
    {
        var time = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var pace = new ReadPace(KinesisStreamOptions.Default, time);
        await pace.WaitAsync(default);
        var batch = new RecordBatch { MillisBehindLatest = millisBehind };
        batch.Add(SequenceNumber.FromUInt64(1), 0, new byte[bytes]);
        pace.Observe(batch);
        Task wait = pace.WaitAsync(default).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(expectedMillis - 1));
        Assert.False(wait.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await wait;
    }

    [Fact]
    public async Task ShardsLimits_AreKeptByTheDefaultPace()
    {
        _aws.Kinesis.Faults.KeepsRates = true;
        for (int i = 0; i < 3; i++) await _stream.PutAsync(("A", new string('x', 300_000)));
        await using KinesisStream stream = FakeStream.Open(_aws, "stock_stream", KinesisStreamOptions.Default);
        Assert.Equal(3, (await stream.ReadAllAsync(First)).Count);
    }

    /// <summary>The system's time with its date moved on; timers are as always.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }
}
