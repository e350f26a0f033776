using Streaming.Producer.Archive.Values;

namespace Streaming.Producer.Archive;

/// <summary>A look at the times of a row group alone: where they begin and whether they rise.</summary>
/// <param name="MinMicros"><see cref="long.MaxValue"/> if no row has a usable time.</param>
/// <param name="LastMicros">The last usable time, or <see cref="long.MinValue"/>.</param>
internal readonly record struct TimeScan(long MinMicros, long LastMicros, bool IsSorted, bool AreAllUsable)
{
    /// <param name="pass">At its beginning; stays the caller's.</param>
    /// <param name="held">Gets the times of the rows, unless it is empty; only if they are all usable does it have them all.</param>
    public static TimeScan Of(IRowPass pass, TickColumns columns, ArchiveReading reading, Span<long> held = default)
    {
        var reader = new RowTimes(pass, columns.Times, reading, isDateWanted: false);
        RowBatch rows = reading.RentBatch(columns);
        long min = long.MaxValue;
        long last = long.MinValue;
        (bool isSorted, bool areAllUsable) = (true, true);
        while (Next(pass, reading) is var count and > 0)
        {
            reading.Cancellation.ThrowIfCancellationRequested();
            Span<RowFault> faults = reading.Faults.AsSpan(0, count);
            reader.Read(rows, count);
            ReadOnlySpan<long> times = rows.Micros.AsSpan(0, KeepUsable(rows.Micros, faults));
            areAllUsable &= times.Length == count;
            if (times.IsEmpty) continue;
            if (!held.IsEmpty)
            {
                times.CopyTo(held);
                held = held[times.Length..];
            }

            isSorted &= times[0] >= last && ValueRange.Rises(times);
            min = Math.Min(min, ValueRange.Min(times));
            last = times[^1];
        }

        reading.ReturnBatch(rows);
        return new TimeScan(min, last, isSorted, areAllUsable);
    }

    private static int Next(IRowPass pass, ArchiveReading reading)
    {
        reading.Faults.AsSpan().Clear();
        return pass.Next(reading.Faults);
    }

    // A row without a usable time will be refused, so that it has no place in the order either.
    private static int KeepUsable(Span<long> micros, ReadOnlySpan<RowFault> faults)
    {
        if (!RowFault.IsAny(faults)) return faults.Length;
        int usable = 0;
        for (int row = 0; row < faults.Length; row++)
        {
            if (faults[row].IsNone) micros[usable++] = micros[row];
        }

        return usable;
    }
}
