using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>
/// Owns the way from the columns of one row group to checked rows, batch by batch. Does not order them.
/// </summary>
internal sealed class RowGroupReader
{
    private readonly RowGroupPlan _group;
    private readonly ArchiveReading _reading;
    private readonly RefusedRows _refused;
    private readonly TickerEntry _partitionTicker;
    private readonly ColumnReader? _ticker;
    private readonly ColumnReader? _timestamp;
    private readonly ColumnReader? _date;
    private readonly ColumnReader? _open;
    private readonly ColumnReader? _high;
    private readonly ColumnReader? _low;
    private readonly ColumnReader _close;
    private readonly ColumnReader? _volume;
    private long _rowsRead;

    public RowGroupReader(ParquetFile file, RowGroupPlan group, ArchiveReading reading, RefusedRows refused)
    {
        (_group, _reading, _refused) = (group, reading, refused);
        ColumnReader? Open(ParquetColumn? column) => column is null ? null : file.OpenColumn(group.Index, column);
        TickColumns columns = group.File.Columns;
        _partitionTicker = columns.PartitionTicker is { } name
            ? reading.Tickers.Intern(System.Text.Encoding.UTF8.GetBytes(name))
            : TickerEntry.Missing;
        _ticker = Open(columns.Ticker);
        _timestamp = Open(columns.Timestamp);
        _date = Open(columns.Date);
        _open = Open(columns.Open);
        _high = Open(columns.High);
        _low = Open(columns.Low);
        _close = Open(columns.Close)!;
        _volume = Open(columns.Volume);
    }

    private TickColumns Columns => _group.File.Columns;

    /// <summary>Reads the next rows; false at the end of the group. A batch may hold no usable row.</summary>
    public bool Read(RowBatch batch)
    {
        _reading.Cancellation.ThrowIfCancellationRequested();
        batch.UsableCount = 0;
        int count = (int)Math.Min(RowBatch.Capacity, _group.RowCount - _rowsRead);
        if (count == 0) return false;
        batch.Faults.AsSpan(0, count).Clear();

        // In this order, because a row's first fault is the one that is told.
        ReadTickers(batch, count);
        ReadTimes(batch, count);
        ReadPrices(_close, Columns.Close, TickField.Close, batch.Close, batch, count);
        ReadPrices(_open, Columns.Open, TickField.Open, batch.Open, batch, count);
        ReadPrices(_high, Columns.High, TickField.High, batch.High, batch, count);
        ReadPrices(_low, Columns.Low, TickField.Low, batch.Low, batch, count);
        ReadVolumes(batch, count);

        Select(batch, count);
        _rowsRead += count;
        return true;
    }

    private void Select(RowBatch batch, int count)
    {
        long firstRow = _group.FirstRow + _rowsRead + 1;
        for (int row = 0; row < count; row++)
        {
            RowFault fault = batch.Faults[row];
            bool isPlaced = fault.IsNone || fault.Field > TickField.Timestamp;
            if (isPlaced && !(batch.Tickers[row].IsWanted && _reading.Filter.HoldsTime(batch.Micros[row]))) continue;
            if (fault.IsNone) batch.Usable[batch.UsableCount++] = row;
            else _refused.RefuseRow(_group.File.Path, firstRow + row, fault);
        }
    }

    private void ReadTickers(RowBatch batch, int count)
    {
        if (_ticker is null)
        {
            batch.Tickers.AsSpan(0, count).Fill(_partitionTicker);
            if (_partitionTicker.Fault != FaultKind.None)
                batch.Faults.AsSpan(0, count).Fill(new RowFault(TickField.Ticker, _partitionTicker.Fault));
            return;
        }

        for (int filled = 0; filled < count; filled += _reading.Scratch.Count)
        {
            ColumnVector from = Fill(_ticker, count - filled);
            for (int row = 0; row < from.Count; row++)
            {
                TickerEntry entry = from.IsNull[row] ? TickerEntry.Missing : _reading.Tickers.Intern(from.Bytes(row));
                batch.Tickers[filled + row] = entry;
                if (entry.Fault != FaultKind.None) batch.Faults[filled + row] = new RowFault(TickField.Ticker, entry.Fault);
            }
        }
    }

    private void ReadTimes(RowBatch batch, int count)
    {
        ReadDates(batch, count);
        for (int filled = 0; _timestamp is not null && filled < count; filled += _reading.Scratch.Count)
        {
            EventTime.Convert(
                Columns.Timestamp!, Fill(_timestamp, count - filled), _reading.Filter.LatestMicros,
                batch.Micros.AsSpan(filled), batch.Faults.AsSpan(filled));
        }

        if (_timestamp is not null) return;
        for (int row = 0; row < count; row++) batch.Micros[row] = batch.Days[row] * EventTime.MicrosPerDay;
    }

    private void ReadDates(RowBatch batch, int count)
    {
        if (_date is null)
            batch.Days.AsSpan(0, count).Fill(Columns.PartitionDate is { } day ? TradeDate.DaysSince1970(day) : TradeDate.None);
        for (int filled = 0; _date is not null && filled < count; filled += _reading.Scratch.Count)
        {
            TradeDate.Convert(
                Columns.Date!, Fill(_date, count - filled), Columns.IsDaily, batch.Days.AsSpan(filled), batch.Faults.AsSpan(filled));
        }
    }

    private void ReadPrices(ColumnReader? reader, ParquetColumn? column, TickField field, double[] prices, RowBatch batch, int count)
    {
        if (reader is null) prices.AsSpan(0, count).Fill(double.NaN);
        for (int filled = 0; reader is not null && filled < count; filled += _reading.Scratch.Count)
        {
            Number.ConvertPrices(
                column!, Fill(reader, count - filled), field, isNeeded: field == TickField.Close, prices.AsSpan(filled), batch.Faults.AsSpan(filled));
        }
    }

    private void ReadVolumes(RowBatch batch, int count)
    {
        if (_volume is null) batch.Volume.AsSpan(0, count).Fill(Tick.NoVolume);
        for (int filled = 0; _volume is not null && filled < count; filled += _reading.Scratch.Count)
            Number.ConvertVolumes(Columns.Volume!, Fill(_volume, count - filled), batch.Volume.AsSpan(filled), batch.Faults.AsSpan(filled));
    }

    private ColumnVector Fill(ColumnReader reader, int rows)
    {
        if (reader.Read(_reading.Scratch, rows) == 0)
            throw new ParquetException(_group.File.Path, $"a column of row group {_group.Index} ends before its {_group.RowCount} rows.");
        return _reading.Scratch;
    }
}
