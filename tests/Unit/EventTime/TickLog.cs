using System.Globalization;
using System.Text;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.EventTime;

/// <summary>Folds ticks into the windows of one shard through the real decoder, one record a batch or many.</summary>
internal sealed class TickLog
{
    public static readonly DateTime Open = new(2024, 1, 2, 14, 30, 0, DateTimeKind.Utc);

    public static readonly EventTimeRules Rules = new(
        TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

    private readonly BatchDecoder _decoder;
    private readonly RecordBatch _batch = new();
    private ulong _number;

    public TickLog(EventTimeRules? rules = null)
    {
        Windows = new ShardWindows(rules ?? Rules, new TickerTable(shard: null));
        _decoder = new BatchDecoder(new TickDecoder(Windows.Tickers).Decode);
    }

    public ShardWindows Windows { get; }

    /// <summary>What the last batch came to.</summary>
    public WindowedBatch Last { get; private set; } = new();

    public static string Json(string ticker, double seconds, double close, string more = "")
        => string.Create(CultureInfo.InvariantCulture, $$"""{"ticker":"{{ticker}}","timestamp":"{{Open.AddTicks((long)Math.Round(seconds * 1e6) * 10):yyyy-MM-ddTHH:mm:ss.ffffff}}+00:00","close":{{close}}{{more}}}""");

    /// <summary>A tick so many seconds after the open.</summary>
    public void Tick(string ticker, double seconds, double close, string more = "") => Record(Json(ticker, seconds, close, more));

    public void Record(string data) => Records([data]);

    public void Records(IEnumerable<string> data) => Records(data.Select(record => (++_number, record)));

    /// <summary>Records with numbers of the test's own, as one batch.</summary>
    public void Records(IEnumerable<(ulong Number, string Data)> records)
    {
        _batch.Clear();
        foreach ((ulong number, string data) in records) _batch.Add(SequenceNumber.FromUInt64(number), Micros(Open.AddHours(8)), Encoding.UTF8.GetBytes(data));
        Last = Windows.Add(_decoder.Decode(_batch));
    }

    public static long Micros(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Values by (ticker, minute after the open).</summary>
    public Dictionary<(string Ticker, int Minute), WindowValue> Values()
        => Windows.Snapshot(openWindowsToo: true).Windows.ToDictionary(
            window => (window.Window.Ticker.Name, (int)((window.Value.StartMicros - Micros(Open)) / WindowValue.LengthMicros)),
            window => window.Value);
}
