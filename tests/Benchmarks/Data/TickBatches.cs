using Streaming.Shared.Streams;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>A shard's records as its reader hands them over.</summary>
internal sealed class TickBatches
{
    public const int Events = 1_000_000;

    /// <summary>What a full shard takes in a second, which is how often it is asked at its tip.</summary>
    public const int EventsPerBatch = 1_000;

    /// <summary>Twenty ticks of each of 500 tickers, about as many as the sample's busier ones have.</summary>
    public const int EventsPerMinute = 10_000;

    /// <summary>Event time of all events.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMinutes(Events / EventsPerMinute);

    /// <summary>After every event.</summary>
    private static readonly long ArrivalMicros = (DateTime.UnixEpoch.AddYears(60) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <param name="oddOneOf">One of so many records is written as others write it; 0 for none.</param>
    /// <param name="isPlain">Without the producer's run and counter.</param>
    public TickBatches(int tickers, int oddOneOf = 0, bool isPlain = false)
        : this(tickers, Span, oddOneOf, isPlain)
    {
    }

    public TickBatches(int tickers, TimeSpan span, int oddOneOf = 0, bool isPlain = false)
    {
        var ticks = new TickRecords(tickers, Events, span);
        for (int i = 0; i < Events; i++)
        {
            ticks.MoveNext();
            bool isOdd = oddOneOf > 0 && i % oddOneOf == oddOneOf / 2;
            ReadOnlySpan<byte> record = isPlain ? OddShapes.Plain(ticks.Record) : ticks.Record;
            if (isOdd) record = OddShapes.Of(record, i / oddOneOf);
            (All[i / EventsPerBatch] ??= new RecordBatch()).Add(SequenceNumber.FromUInt64((ulong)i + 1), ArrivalMicros, record);
        }
    }

    public RecordBatch[] All { get; } = new RecordBatch[Events / EventsPerBatch];

    /// <summary>Of all records.</summary>
    public long Bytes => All.Sum(batch => batch.DataBytes);

    /// <summary>The records end to end, each with a line feed behind it.</summary>
    public byte[] ToLines()
    {
        byte[] lines = new byte[Bytes + Events];
        int length = 0;
        foreach (RecordBatch batch in All)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                batch[i].Data.CopyTo(lines.AsSpan(length));
                length += batch[i].Data.Length;
                lines[length++] = (byte)'\n';
            }
        }

        return lines;
    }
}
