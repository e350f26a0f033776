using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;
using Streaming.Shared.Parquet.Decoding;

namespace Streaming.Producer.Archive;

/// <summary>
/// Owns the way from the columns of one row group to checked rows, batch by batch. Does not order them.
/// </summary>
internal sealed class RowGroupReader : IDisposable
{
    private readonly RowGroupPlan _group;
    private readonly ArchiveReading _reading;
    private readonly RefusedRows _refused;
    private readonly IRowPass _pass;
    private readonly TickerEntry _partitionTicker;
    private readonly IColumnReader? _ticker;
    private readonly IColumnReader? _timestamp;
    private readonly IColumnReader? _date;
    private readonly IColumnReader? _open;
    private readonly IColumnReader? _high;
    private readonly IColumnReader? _low;
    private readonly IColumnReader _close;
    private readonly IColumnReader? _volume;
    private ColumnDictionary? _dictionary;
    private TickerEntry?[] _entries = [];
    private long[] _heldTimes;
    private long _rowsRead;

    /// <param name="heldTimes">Times of the rows, all usable, if somebody has read them; else empty.</param>
    public RowGroupReader(IHistoryFile file, RowGroupPlan group, ArchiveReading reading, RefusedRows refused, long[] heldTimes)
    {
        _heldTimes = heldTimes;
        (_group, _reading, _refused) = (group, reading, refused);
        _pass = file.Open(group);
        IColumnReader? Open(ParquetColumn? column) => column is null ? null : _pass.OpenColumn(column);
        TickColumns columns = group.File.Columns;
        _partitionTicker = columns.PartitionTicker is { } name
            ? reading.Tickers.Intern(System.Text.Encoding.UTF8.GetBytes(name))
            : TickerEntry.Missing;
        _ticker = Open(columns.Ticker);
        _timestamp = heldTimes.Length > 0 ? null : Open(columns.Timestamp);
        _date = Open(columns.Date);
        _open = Open(columns.Open);
        _high = Open(columns.High);
        _low = Open(columns.Low);
        _close = Open(columns.Close)!;
        _volume = Open(columns.Volume);
    }

    private TickColumns Columns => _group.File.Columns;

    /// <summary>Rows read so far, refused ones too.</summary>
    public long RowsRead => _rowsRead;

    /// <summary>Puts the next usable rows into the batch, maybe none; false at the end of the group.</summary>
    /// <param name="batch">Begun with the file's columns.</param>
    public bool Read(RowBatch batch)
    {
        _reading.Cancellation.ThrowIfCancellationRequested();
        batch.Count = 0;
        _reading.Faults.AsSpan().Clear();
        int count = _pass.Next(_reading.Faults);
        if (count == 0) return false;

        // In this order, because a row's first fault is the one that is told.
        ReadTickers(batch, count);
        ReadTimes(batch, count);
        ReadPrices(_close, Columns.Close, TickField.Close, batch.Close, count);
        ReadPrices(_open, Columns.Open, TickField.Open, batch.Open, count);
        ReadPrices(_high, Columns.High, TickField.High, batch.High, count);
        ReadPrices(_low, Columns.Low, TickField.Low, batch.Low, count);
        ReadVolumes(batch, count);

        Select(batch, count);
        _rowsRead += count;
        return true;
    }

    /// <summary>Gives back what it holds; nothing can be read afterwards.</summary>
    public void Dispose()
    {
        _reading.ReturnTimes(_heldTimes);
        _heldTimes = [];
        _pass.Dispose();
    }

    private void Select(RowBatch batch, int count)
    {
        if (AreAllWanted(batch, count))
        {
            batch.Count = count;
            return;
        }

        long firstRow = _group.FirstRow + _rowsRead + 1;
        int usable = 0;
        for (int row = 0; row < count; row++)
        {
            RowFault fault = _reading.Faults[row];
            bool isPlaced = fault.IsNone || fault.Field > TickField.Timestamp;
            if (isPlaced && !(IsWanted(row) && _reading.Filter.HoldsTime(batch.Micros[row]))) continue;
            if (fault.IsNone) _reading.Usable[usable++] = row;
            else _refused.RefuseRow(_group.File.Path, firstRow + row, fault, _pass.LineOf(row));
        }

        batch.Keep(_reading.Usable.AsSpan(0, usable));
    }

    private bool IsWanted(int row) => _reading.Filter.Tickers is null || _reading.RowTickers[row].IsWanted;

    // Of whole columns, what Select asks of each row.
    private bool AreAllWanted(RowBatch batch, int count)
        => _reading.Filter.Tickers is null
            && ValueRange.Holds<long>(batch.Micros.AsSpan(0, count), _reading.Filter.FromMicros, _reading.Filter.ToMicros - 1)
            && !RowFault.IsAny(_reading.Faults.AsSpan(0, count));

    private void ReadTickers(RowBatch batch, int count)
    {
        if (_ticker is null)
        {
            SetTicker(batch, _partitionTicker, count);
            return;
        }

        ColumnVector from = Fill(_ticker, count);
        ReadOnlySpan<int> codes = [];
        if (from.Dictionary is { } dictionary)
        {
            if (dictionary != _dictionary) (_dictionary, _entries) = (dictionary, new TickerEntry?[dictionary.Count]);
            codes = from.Codes.AsSpan(0, count);
            if (!from.HasNulls && !codes.ContainsAnyExcept(codes[0]))
            {
                SetTicker(batch, EntryOf(codes[0]), count);
                return;
            }
        }

        string[] names = batch.SetTickers();
        for (int row = 0; row < count; row++)
        {
            TickerEntry entry = from.IsNull[row] ? TickerEntry.Missing : codes.IsEmpty ? _reading.Tickers.Intern(from.Bytes(row)) : EntryOf(codes[row]);
            (_reading.RowTickers[row], names[row]) = (entry, entry.Name);
            if (entry.Fault != FaultKind.None) _reading.Faults[row] = new RowFault(TickField.Ticker, entry.Fault);
        }
    }

    private void SetTicker(RowBatch batch, TickerEntry ticker, int count)
    {
        batch.SetTicker(ticker.Name);
        if (_reading.Filter.Tickers is not null) _reading.RowTickers.AsSpan(0, count).Fill(ticker);
        if (ticker.Fault != FaultKind.None) _reading.Faults.AsSpan(0, count).Fill(new RowFault(TickField.Ticker, ticker.Fault));
    }

    // Looked up when it is met: a dictionary may have entries that no row has.
    private TickerEntry EntryOf(int code) => _entries[code] ??= _reading.Tickers.Intern(_dictionary!.Bytes(code));

    private void ReadTimes(RowBatch batch, int count)
    {
        ReadDates(batch, count);
        if (_heldTimes.Length > 0) _heldTimes.AsSpan((int)_rowsRead, count).CopyTo(batch.Micros);
        else if (_timestamp is not null) EventTime.Convert(Columns.Timestamp!, Fill(_timestamp, count), _reading.Filter.LatestMicros, batch.Micros, _reading.Faults);
        else batch.SetMicrosFromDays(count);
    }

    private void ReadDates(RowBatch batch, int count)
    {
        if (_date is not null) TradeDate.Convert(Columns.Date!, Fill(_date, count), Columns.IsDaily, batch.Days, _reading.Faults);
        else if (Columns.PartitionDate is { } day) batch.Days.AsSpan(0, count).Fill(TradeDate.DaysSince1970(day));
    }

    private void ReadPrices(IColumnReader? reader, ParquetColumn? column, TickField field, double[] prices, int count)
    {
        if (reader is not null) Number.ConvertPrices(column!, Fill(reader, count), field, isNeeded: field == TickField.Close, prices, _reading.Faults);
    }

    private void ReadVolumes(RowBatch batch, int count)
    {
        if (_volume is not null) Number.ConvertVolumes(Columns.Volume!, Fill(_volume, count), batch.Volume, _reading.Faults);
    }

    // A vector holds what a batch does, so that a column comes with all of the rows.
    private ColumnVector Fill(IColumnReader reader, int rows)
    {
        if (reader.Read(_reading.Scratch, rows) < rows)
            throw new ParquetException(_group.File.Path, $"a column of row group {_group.Index} ends before its {_group.RowCount} rows.");
        return _reading.Scratch;
    }
}
