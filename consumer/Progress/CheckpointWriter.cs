using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Streaming.Consumer.Progress;

/// <summary>
/// Pointers and states to JSON, field by field, as <see cref="CheckpointJson"/> would write it and reads it. Written out because the serializer makes
/// itself at the first use in a process, which takes a tenth of a short run, and then takes several times as long for each window.
/// </summary>
internal static class CheckpointWriter
{
    public static void Write(IBufferWriter<byte> output, CheckpointPointer pointer)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("version"u8, pointer.Version);
        json.WriteString("application"u8, pointer.Application);
        json.WriteString("shard"u8, pointer.Shard);
        json.WriteString("stream"u8, pointer.Stream);
        json.WriteString("stream_id"u8, pointer.StreamId);
        WriteLease(json, pointer.Lease);
        json.WriteBoolean("is_ended"u8, pointer.IsEnded);
        json.WriteStartArray("ancestors"u8);
        foreach (string ancestor in pointer.Ancestors) json.WriteStringValue(ancestor);
        json.WriteEndArray();
        json.WriteString("problem"u8, pointer.Problem);
        json.WriteNumber("data_losses"u8, pointer.DataLosses);
        json.WriteNumber("written_at"u8, pointer.WrittenAt);
        WriteNumber(json, "saved_at"u8, pointer.SavedAt);
        WriteNumber(json, "start_at"u8, pointer.StartAt);
        json.WritePropertyName("position"u8);
        SequenceNumberText.Write(json, pointer.Position);
        WriteNumber(json, "read_to_tip_at"u8, pointer.ReadToTipAt);
        WriteNumber(json, "shard_time"u8, pointer.ShardTime);
        WriteBooks(json, pointer.Books);
        json.WriteBoolean("is_done"u8, pointer.IsDone);
        json.WriteString("state"u8, pointer.State);
        json.WriteNumber("open_windows"u8, pointer.OpenWindows);
        json.WriteNumber("unwritten_windows"u8, pointer.UnwrittenWindows);
        json.WriteEndObject();
    }

    public static void Write(IBufferWriter<byte> output, CheckpointState state)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("version"u8, state.Version);
        json.WriteString("application"u8, state.Application);
        json.WriteString("shard"u8, state.Shard);
        json.WriteString("stream"u8, state.Stream);
        json.WriteString("stream_id"u8, state.StreamId);
        json.WritePropertyName("position"u8);
        SequenceNumberText.Write(json, state.Position);
        json.WriteStartArray("tickers"u8);
        foreach (CheckpointTicker ticker in state.Tickers) WriteTicker(json, ticker);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLease(Utf8JsonWriter json, CheckpointLease lease)
    {
        json.WriteStartObject("lease"u8);
        json.WriteString("owner"u8, lease.Owner);
        json.WriteNumber("epoch"u8, lease.Epoch);
        json.WriteNumber("counter"u8, lease.Counter);
        json.WriteNumber("duration_micros"u8, lease.DurationMicros);
        json.WriteString("requested_by"u8, lease.RequestedBy);
        json.WriteEndObject();
    }

    private static void WriteBooks(Utf8JsonWriter json, CheckpointBooks books)
    {
        json.WriteStartObject("books"u8);
        json.WriteNumber("read"u8, books.Read);
        json.WriteNumber("windowed"u8, books.Windowed);
        json.WriteNumber("late"u8, books.Late);
        json.WriteNumber("quarantined"u8, books.Quarantined);
        json.WriteNumber("repeated"u8, books.Repeated);
        json.WriteNumber("misrouted"u8, books.Misrouted);
        json.WriteEndObject();
    }

    private static void WriteTicker(Utf8JsonWriter json, CheckpointTicker ticker)
    {
        json.WriteStartObject();
        json.WriteString("ticker"u8, ticker.Ticker);
        json.WriteNumber("watermark"u8, ticker.Watermark);
        json.WriteStartArray("windows"u8);
        foreach (CheckpointWindow window in ticker.Windows) WriteWindow(json, window);
        json.WriteEndArray();
        json.WriteStartArray("runs"u8);
        foreach (CheckpointRun run in ticker.Runs)
        {
            json.WriteStartObject();
            json.WriteString("run"u8, run.Run);
            json.WriteNumber("seq"u8, run.Seq);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteWindow(Utf8JsonWriter json, in CheckpointWindow window)
    {
        json.WriteStartObject();
        json.WriteNumber("start"u8, window.Start);
        Span<byte> date = stackalloc byte["yyyy-MM-dd".Length];
        window.TradeDate.TryFormat(date, out _, "O", CultureInfo.InvariantCulture);
        json.WriteString("trade_date"u8, date);
        json.WriteNumber("tick_count"u8, window.TickCount);
        json.WritePropertyName("close_sum"u8);
        ExactSumNumbers.Write(json, window.CloseSum);
        json.WriteNumber("open"u8, window.Open);
        json.WriteNumber("high"u8, window.High);
        json.WriteNumber("low"u8, window.Low);
        json.WriteNumber("last_close"u8, window.LastClose);
        json.WriteNumber("first"u8, window.First);
        json.WriteNumber("last"u8, window.Last);
        json.WritePropertyName("volume_sum"u8);
        if (window.VolumeSum is { } volume) ExactSumNumbers.Write(json, volume);
        else json.WriteNullValue();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
