using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>A look at the times of a row group alone: where they begin and whether they rise.</summary>
/// <param name="MinMicros"><see cref="long.MaxValue"/> if no row has a usable time.</param>
internal readonly record struct TimeScan(long MinMicros, bool IsSorted)
{
    public static TimeScan Of(ParquetFile file, int group, TickColumns columns, ArchiveReading reading)
    {
        ColumnReader reader = file.OpenColumn(group, columns.Order!);
        (RowFault[] faults, long[] micros, int[] days) = (reading.Rows.Faults, reading.Rows.Micros, reading.Rows.Days);
        long min = long.MaxValue;
        long last = long.MinValue;
        bool isSorted = true;
        while (reader.Read(reading.Scratch, RowBatch.Capacity) is var count and > 0)
        {
            reading.Cancellation.ThrowIfCancellationRequested();
            faults.AsSpan(0, count).Clear();
            if (columns.Timestamp is { } timestamp)
                EventTime.Convert(timestamp, reading.Scratch, reading.Filter.LatestMicros, micros, faults);
            else
                TradeDate.Convert(columns.Date!, reading.Scratch, isNeeded: true, days, faults);

            for (int row = 0; row < count; row++)
            {
                // A row without a usable time will be refused, so that it has no place in the order either.
                if (!faults[row].IsNone) continue;
                long time = columns.IsDaily ? days[row] * EventTime.MicrosPerDay : micros[row];
                isSorted &= time >= last;
                min = Math.Min(min, time);
                last = time;
            }
        }

        return new TimeScan(min, isSorted);
    }
}
