using System.Buffers;
using System.Text.Json;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Live;

/// <summary>
/// Writes one message of the page: a server-sent event with one line of JSON, whose shape is told in <c>Http/Page/live.js</c>. The framework's encoder
/// escapes whatever could end the line.
/// </summary>
internal sealed class LiveMessage : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new(16 * 1024);
    private readonly Utf8JsonWriter _json;

    public LiveMessage()
    {
        _bytes.Write("data: "u8);
        _json = new Utf8JsonWriter(_bytes);
        _json.WriteStartObject();
    }

    public byte[] End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _bytes.Write("\n\n"u8);
        return _bytes.WrittenSpan.ToArray();
    }

    public void Head(ConsumerOptions options, string worker)
    {
        _json.WriteBoolean("full", true);
        _json.WriteStartObject("head");
        _json.WriteString("stream", options.Stream);
        _json.WriteString("lake", options.Lake);
        _json.WriteString("application", options.AppName);
        _json.WriteString("worker", worker);
        _json.WriteEndObject();
    }

    public void State(LiveState state, long marketMicros, DateTimeOffset now)
    {
        _json.WriteNumber("at", IsoTime.ToMicros(now) / 1000);
        _json.WriteString("state", state.Word);
        if (state.Why is { } why) _json.WriteString("why", why);
        if (marketMicros == long.MinValue) _json.WriteNull("market");
        else _json.WriteNumber("market", marketMicros);
    }

    public void Tiles(Second now)
    {
        _json.WriteStartObject("tiles");
        _json.WriteNumber("rate", Math.Round(now.Rate, 1));
        Number("behind_ms", now.BehindMillis);
        Number("checkpoint_age_s", now.CheckpointAge);
        _json.WriteNumber("late", now.Late);
        _json.WriteNumber("quarantined", now.Quarantined);
        _json.WriteNumber("windows_written", now.WindowsWritten);
        _json.WriteEndObject();
    }

    public void Trend(IReadOnlyList<Second> seconds)
    {
        if (seconds.Count == 0) return;
        _json.WriteStartObject("trend");
        Line("rate", second => Math.Round(second.Rate, 1));
        Line("behind_ms", second => second.BehindMillis);
        Line("checkpoint_age_s", second => second.CheckpointAge);
        Line("late", second => second.Late);
        Line("quarantined", second => second.Quarantined);
        Line("windows_written", second => second.WindowsWritten);
        _json.WriteEndObject();

        void Line(string name, Func<Second, double?> value)
        {
            _json.WriteStartArray(name);
            foreach (Second second in seconds)
            {
                if (value(second) is { } number) _json.WriteNumberValue(Math.Round(number, 1));
                else _json.WriteNullValue();
            }

            _json.WriteEndArray();
        }
    }

    /// <summary>The rows, after the names of the tickers that are new since <paramref name="from"/>.</summary>
    public void Bars(IReadOnlyList<KeyValuePair<LiveTicker, LiveBar>> changes, long from)
    {
        if (changes.Count == 0) return;
        _json.WriteStartArray("tickers");
        LiveTicker? before = null;
        foreach ((LiveTicker ticker, _) in changes)
        {
            if (ticker == before || ticker.Since < from) continue;
            before = ticker;
            _json.WriteStartArray();
            _json.WriteNumberValue(ticker.Id);
            _json.WriteStringValue(ticker.Name);
            _json.WriteEndArray();
        }

        _json.WriteEndArray();
        _json.WriteStartArray("bars");
        foreach ((LiveTicker ticker, LiveBar bar) in changes)
        {
            _json.WriteStartArray();
            _json.WriteNumberValue(ticker.Id);
            Write(_json, bar.Bar, bar.IsClosed);
            _json.WriteEndArray();
        }

        _json.WriteEndArray();
    }

    /// <summary>The values of a row, in the order that the page expects.</summary>
    public static void Write(Utf8JsonWriter json, in Bar bar, bool isClosed)
    {
        json.WriteNumberValue(bar.WindowStartMicros);
        json.WriteNumberValue(bar.AvgClose);
        json.WriteNumberValue(bar.LastClose);
        json.WriteNumberValue(bar.Open);
        json.WriteNumberValue(bar.High);
        json.WriteNumberValue(bar.Low);
        if (bar.Volume is { } volume) json.WriteNumberValue(volume);
        else json.WriteNullValue();
        json.WriteNumberValue(bar.TickCount);
        json.WriteNumberValue(isClosed ? 1 : 0);
    }

    public void BeginShards() => _json.WriteStartArray("shards");

    public void EndShards() => _json.WriteEndArray();

    /// <summary>A shard of this worker, as it is now.</summary>
    public void Shard(ShardFigures shard, string worker, double rate, double? checkpointAge)
    {
        BeginShard(shard.Shard, isOwn: true, worker, "owned");
        _json.WriteNumber("rate", Math.Round(rate, 1));
        _json.WriteNumber("behind_ms", shard.MillisBehindLatest);
        Number("checkpoint_age_s", checkpointAge);
        _json.WriteString("position", shard.Position == Shared.Streams.SequenceNumber.None ? null : shard.Position.ToString());
        _json.WriteNull("problem");
        _json.WriteEndObject();
    }

    /// <summary>A shard of another worker, or of none, as its checkpoint tells.</summary>
    public void Shard(ShardStatus shard)
    {
        BeginShard(shard.Shard, isOwn: false, shard.Owner, shard.State);
        _json.WriteNull("rate");
        _json.WriteNull("behind_ms");
        Number("checkpoint_age_s", shard.CheckpointAgeSeconds);
        _json.WriteString("position", shard.Position);
        _json.WriteString("problem", shard.Problem);
        _json.WriteEndObject();
    }

    private void BeginShard(string shard, bool isOwn, string? owner, string state)
    {
        _json.WriteStartObject();
        _json.WriteString("shard", shard);
        _json.WriteBoolean("own", isOwn);
        _json.WriteString("owner", owner);
        _json.WriteString("state", state);
    }

    public void Problems(IReadOnlyList<Problem> problems)
    {
        if (problems.Count == 0) return;
        _json.WriteStartArray("problems");
        foreach (Problem problem in problems)
        {
            _json.WriteStartObject();
            _json.WriteNumber("n", problem.Number);
            _json.WriteNumber("at", problem.AtMillis);
            _json.WriteString("kind", NameOf(problem.Kind));
            _json.WriteString("text", problem.Text);
            _json.WriteString("shard", problem.Shard);
            _json.WriteString("position", problem.Position);
            _json.WriteString("ticker", problem.Ticker);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private static string NameOf(ProblemKind kind) => kind switch
    {
        ProblemKind.Late => "late",
        ProblemKind.Bad => "bad",
        ProblemKind.Throttled => "throttled",
        ProblemKind.Warning => "warning",
        _ => "error",
    };

    private void Number(string name, double? value)
    {
        if (value is { } number) _json.WriteNumber(name, Math.Round(number, 1));
        else _json.WriteNull(name);
    }

    public void Dispose() => _json.Dispose();
}
