using System.Globalization;
using System.Text;
using Streaming.Producer;
using Streaming.Producer.Publishing;
using Streaming.Tests.Simulation.Scheduling;
using Streaming.Tests.Simulation.Streams;

namespace Streaming.Tests.Simulation.Market;

/// <summary>
/// Owns: what is put on the stream and when: ticks in and out of order, late ones, poison, silence; and tells the oracle of each record
/// that the stream took. Does not own: how they get there, which is the producer's own publisher's.
/// </summary>
internal sealed class TickSource(Plan plan, SimulatedStream stream, ProducerClient client, Oracle oracle, History history, ProcessClock clock)
{
    /// <summary>Fewer than the consumer remembers of a ticker.</summary>
    private const int MostRuns = 5;

    private static readonly long OpenMicros = Micros(new DateTime(2024, 1, 2, 14, 30, 0, DateTimeKind.Utc));

    private static readonly string[] OddPrices = ["1.5e2", "0", "-37.63", "7.2388e-11"];

    private readonly Random _random = plan.RandomFor("ticks");
    private readonly string[] _tickers = [.. Enumerable.Range(0, plan.Tickers).Select(i => $"T{i:D2}")];

    /// <summary>How far each ticker's event time is behind the others', in seconds.</summary>
    private readonly Dictionary<string, int> _lag = [];

    /// <summary>Every tick by its JSON, in which run and counter stand.</summary>
    private readonly Dictionary<string, MarketTick> _ticks = [];
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<(string Ticker, string Run), long> _lastTaken = [];
    private LanePublisher? _publisher;
    private long _last;
    private int _run;
    private long _seq;

    public bool IsDone { get; private set; }

    public async Task RunAsync()
    {
        stream.Taken = Tell;
        await using LanePublisher publisher = await LanePublisher.OpenAsync(
            client, new ReplayProgress(), clock, plan.RandomFor("producer"), CancellationToken.None);
        _publisher = publisher;
        foreach (string ticker in _tickers) _lag[ticker] = Pick(0, 0, 0, 90, 400);
        for (int i = 0; i < plan.PoisonBurst; i++) PutPoison(_tickers[0], "burst " + i.ToString(CultureInfo.InvariantCulture));
        var resharding = new Resharding(stream, _random, what => history.Add("stream", what));
        for (int i = 0; i < plan.Records; i++)
        {
            if (_random.Next(plan.Records) < plan.Reshards) resharding.Storm();
            if (_run + 1 < MostRuns && _random.Next(60) == 0) await BeginRunAsync(publisher);
            PutNext(i);
            await publisher.SendGatheredAsync(CancellationToken.None);
            if (_random.Next(3) > 0) await Task.Delay(plan.RecordPause * (_random.NextDouble() * 3), clock);
            else if (_random.Next(25) == 0) await Task.Delay(TimeSpan.FromSeconds(_random.Next(2, 15)), clock);
        }

        await publisher.FlushAsync(CancellationToken.None);
        IsDone = true;
    }

    /// <summary>As when a producer ends and another begins.</summary>
    private async Task BeginRunAsync(LanePublisher publisher)
    {
        await publisher.FlushAsync(CancellationToken.None);
        (_run, _seq) = (_run + 1, 0);
    }

    private void PutNext(int index)
    {
        string ticker = _tickers[_random.Next(_tickers.Length)];
        long micros = OpenMicros + ((((long)index * plan.EventSecondsPerRecord) - _lag[ticker]) * 1_000_000) + _random.Next(1_000_000);
        micros += _random.Next(100) switch
        {
            < 15 => -_random.Next(1, 120) * 1_000_000L,
            < 22 => -_random.Next(120, 900) * 1_000_000L,
            < 25 => _random.Next(1, 200) * 1_000_000L,

            // The same event time as another tick: the sequence number decides.
            < 35 when _last != 0 => _last - micros,
            _ => 0,
        };
        _last = micros;
        MarketTick tick = Tick(ticker, micros);
        if (_random.Next(20) == 0) PutPoison(ticker, Poison(tick));
        else Put(tick);
    }

    private MarketTick Tick(string ticker, long micros)
    {
        bool isBar = _random.Next(4) == 0;
        var day = DateOnly.FromDateTime(DateTime.UnixEpoch.AddMicroseconds(micros));
        return new MarketTick(
            ticker,
            micros,
            Price(),
            isBar ? Price() : null,
            isBar ? Price() : null,
            isBar ? Price() : null,
            _random.Next(3) == 0 ? null : Volume(),

            // Missing, the day, or another day, which counts only if it comes first.
            _random.Next(10) switch { 0 => day.AddDays(1), < 5 => null, _ => day },
            _random.Next(10) == 0 ? null : $"run-{_run}",
            _seq++);
    }

    // The odd ones by the counter, so that they draw nothing: a seed stays the run that it was.
    private string Price() => _random.Next(8) switch
    {
        0 => OddPrices[(int)(_seq % OddPrices.Length)],
        1 => string.Create(CultureInfo.InvariantCulture, $"0.{_random.NextInt64(1, 1_000_000_000_000):D12}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{_random.Next(90, 110)}.{_random.Next(10_000):D4}"),
    };

    // A negative one is not usable, which costs the tick nothing but its volume.
    private string Volume()
    {
        int volume = _random.Next(0, 1000);
        return (volume % 8) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"0.{volume:D9}"),
            1 => "-1",
            _ => volume.ToString(CultureInfo.InvariantCulture),
        };
    }

    private string Poison(MarketTick tick) => _random.Next(7) switch
    {
        0 => tick.ToJson()[..^1],
        1 => "\ufffd not JSON",
        2 => (tick with { Close = "1e13" }).ToJson(),
        3 => (tick with { Close = "\"100\"" }).ToJson(),
        4 => (tick with { Ticker = new string('x', 65) }).ToJson(),

        // More than a day after its arrival: it must not make its ticker's other ticks late.
        // Where records may have no arrival time nobody could know it.
        5 when plan.MissingArrival == 0 => (tick with { EventMicros = Micros(clock.GetUtcNow().UtcDateTime.AddHours(25)) }).ToJson(),
        _ => "{\"garbage\":\"" + new string('g', 17_000) + "\"}",
    };

    private void Put(MarketTick tick)
    {
        string data = tick.ToJson();
        _ticks[data] = tick;
        _publisher!.Add(Encoding.UTF8.GetBytes(tick.Ticker), Encoding.UTF8.GetBytes(data));
    }

    private void PutPoison(string key, string data) => _publisher!.Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(data));

    /// <summary>The stream took a record, perhaps not for the first time.</summary>
    private void Tell(StoredRecord record)
    {
        string data = Encoding.UTF8.GetString(record.Data);
        bool isNew = _taken.Add(data);
        history.Add("source", $"{record.Number} {(isNew ? "" : "again ")}{data.AsSpan(0, Math.Min(data.Length, 300))}");
        if (!_ticks.TryGetValue(data, out MarketTick? tick))
        {
            oracle.AddPoison(record.Number, data);
            return;
        }

        if (isNew) CheckOrder(tick);
        oracle.Add(record.Number, tick);
    }

    /// <summary>What the consumer relies on to know repeats: of a run, a ticker's records come in order.</summary>
    private void CheckOrder(MarketTick tick)
    {
        if (tick.Run is null) return;
        if (_lastTaken.TryGetValue((tick.Ticker, tick.Run), out long last) && tick.Seq < last)
            throw new ViolationException("a producer's order", $"{tick.ToJson()} after {last}");
        _lastTaken[(tick.Ticker, tick.Run)] = tick.Seq;
    }

    private int Pick(params ReadOnlySpan<int> choices) => choices[_random.Next(choices.Length)];

    private static long Micros(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
