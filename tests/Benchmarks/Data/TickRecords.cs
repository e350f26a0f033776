using Streaming.Producer.Encoding;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>
/// Trades as the producer writes them, made from a seed: tickers at random, times that rise evenly and are mildly out of order,
/// prices in cents, of every eighth ticker with eight decimals.
/// </summary>
internal sealed class TickRecords
{
    public const int Seed = 20240102;

    /// <summary>Makes a record 150 bytes long, give or take the digits of its price and volume.</summary>
    private const string RunId = "benchmark-0000000001";

    private const long MicrosPerSecond = 1_000_000;

    /// <summary>2024-01-02, 09:30 in New York.</summary>
    private static readonly long OpenMicros = (new DateTime(2024, 1, 2, 14, 30, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly Random _random = new(Seed);
    private readonly TickEncoder _encoder = new(new ExchangeCalendar(TimeZoneInfo.FindSystemTimeZoneById("America/New_York")), RunId);
    private readonly string[] _tickers;
    private readonly long _microsPerTick;
    private long _next;

    /// <param name="tickers">How many different ones.</param>
    /// <param name="count">Ticks in all, over which <paramref name="span"/> is spread.</param>
    /// <param name="span">Event time from the first tick to the last.</param>
    public TickRecords(int tickers, long count, TimeSpan span)
    {
        _tickers = [.. Enumerable.Range(0, tickers).Select(i => $"T{i:D4}")];
        _microsPerTick = (long)span.TotalMicroseconds / count;
    }

    /// <summary>The partition key; valid until the next move, like <see cref="Record"/>.</summary>
    public ReadOnlySpan<byte> Key => _encoder.Key;

    public ReadOnlySpan<byte> Record => _encoder.Record;

    public void MoveNext()
    {
        int ticker = _random.Next(_tickers.Length);
        long cents = 10_000 + _random.Next(-500, 500);
        double price = ticker % 8 == 0 ? (cents * 1_000_000L + _random.Next(1_000_000)) / 1e8 : cents / 100.0;
        long millis = (OpenMicros + (_next * _microsPerTick) - _random.NextInt64(MicrosPerSecond)) / 1000;
        var tick = new Tick
        {
            Ticker = _tickers[ticker],
            TimestampMicros = millis * 1000,
            Date = new DateOnly(2024, 1, 2),
            Open = double.NaN,
            High = double.NaN,
            Low = double.NaN,
            Close = price,
            Volume = 100 * _random.Next(1, 11),
        };
        _encoder.Encode(in tick, _next++);
    }
}
