using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Owns the way from the columns of one row group to checked rows, batch by batch. Does not order them.
/// </summary>
internal sealed class RowGroupReader : IDisposable
{
    private readonly RowGroupPlan _group;
    private readonly ArchiveReading _reading;
    private readonly RefusedRows _refused;

    /// <summary>A row whose fault is in no later field has no place in time.</summary>
    private readonly TickField _lastTimeField;
    private readonly IRowPass _pass;
    private readonly TickerEntry _fixedTicker;
    private readonly IColumnReader? _ticker;
    private readonly RowTimes _times;
    private readonly IColumnReader? _open;
    private readonly IColumnReader? _high;
    private readonly IColumnReader? _low;
    private readonly IColumnReader _close;
    private readonly IColumnReader? _volume;
    private long[] _heldTimes;
    private long _rowsRead;

    /// <param name="heldTimes">Times of the rows, all usable, if somebody has read them; else empty.</param>
    public RowGroupReader(IHistoryFile file, RowGroupPlan group, ArchiveReading reading, RefusedRows refused, long[] heldTimes)
    {
        _heldTimes = heldTimes;
        (_group, _reading, _refused) = (group, reading, refused);
        _lastTimeField = group.Columns.Times.Form == TimeForm.Instant ? TickField.Timestamp : TickField.Date;
        _pass = file.Open(group.Index, group.Part);
        IColumnReader? Open(ParquetColumn? column) => column is null ? null : _pass.OpenColumn(column);
        TickColumns columns = group.Columns;
        _fixedTicker = columns.FixedTicker is { } name
            ? reading.Tickers.Intern(System.Text.Encoding.UTF8.GetBytes(name))
            : TickerEntry.Missing;
        _ticker = Open(columns.Ticker);
        _times = new RowTimes(_pass, columns.Times, reading, isTimeHeld: heldTimes.Length > 0);
        _open = Open(columns.Open);
        _high = Open(columns.High);
        _low = Open(columns.Low);
        _close = Open(columns.Close)!;
        _volume = Open(columns.Volume);
    }

    private TickColumns Columns => _group.Columns;

    /// <summary>Puts the next usable rows into the batch, maybe none; false at the end of the group.</summary>
    /// <param name="batch">Begun with the file's columns.</param>
    public bool Read(RowBatch batch)
    {
        _reading.Cancellation.ThrowIfCancellationRequested();
        batch.Count = 0;
        _reading.Faults.AsSpan().Clear();
        int count = _pass.Next(_reading.Faults);
        if (count == 0) return false;
        _reading.Ignored.Clear();

        // In this order, because a row's first fault is the one that is told.
        ReadTickers(batch, count);
        ReadTimes(batch, count);
        ReadNumbers(_close, Columns.Close, TickField.Close, batch.Close, count);
        ReadNumbers(_open, Columns.Open, TickField.Open, batch.Open, count);
        ReadNumbers(_high, Columns.High, TickField.High, batch.High, count);
        ReadNumbers(_low, Columns.Low, TickField.Low, batch.Low, count);
        ReadNumbers(_volume, Columns.Volume, TickField.Volume, batch.Volume, count);

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
            foreach (IgnoredValue value in _reading.Ignored) _refused.Ignore(value.Fault);
            batch.Count = count;
            return;
        }

        long firstRow = _group.FirstRow + _rowsRead + 1;
        int usable = 0;
        for (int row = 0; row < count; row++)
        {
            RowFault fault = _reading.Faults[row];
            bool isPlaced = fault.IsNone || fault.Field > _lastTimeField;
            if (IsAbsent(fault) || (isPlaced && !(IsWanted(row) && _reading.Filter.HoldsTime(batch.Micros[row])))) continue;
            if (fault.IsNone) _reading.Usable[usable++] = row;
            else _refused.RefuseRow(_group.File.Path, firstRow + row, fault, _pass.LineOf(row));
        }

        ReadOnlySpan<int> kept = _reading.Usable.AsSpan(0, usable);
        foreach (IgnoredValue value in _reading.Ignored)
        {
            if (kept.BinarySearch(value.Row) >= 0) _refused.Ignore(value.Fault);
        }

        batch.Keep(kept);
    }

    // Where each ticker has columns of its own, a row without its close is of the others; and what is wrong with the time is told once.
    private bool IsAbsent(RowFault fault) => Columns.Part switch
    {
        null => false,
        { } part when fault.IsOfWholeRow => part > 0,
        _ when fault.Field == TickField.Close
            => fault.Kind == FaultKind.Missing || (fault.Kind == FaultKind.NotANumber && ColumnTypes.IsFloating(Columns.Close)),
        { } part => part > 0 && fault.Field is TickField.Timestamp or TickField.Date,
    };

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
            SetTicker(batch, _fixedTicker, count);
            return;
        }

        ColumnVector from = _reading.Fill(_ticker, count);
        string[]? names = null;
        TickerEntry first = TickerEntry.Missing, entry = first;
        ReadOnlySpan<byte> before = [];
        for (int row = 0; row < count; row++)
        {
            // Most rows follow one of their own ticker.
            ReadOnlySpan<byte> name = from.IsNull[row] ? [] : from.Bytes(row);
            if (row == 0 || from.IsNull[row] != from.IsNull[row - 1] || !name.SequenceEqual(before)) entry = from.IsNull[row] ? TickerEntry.Missing : _reading.Tickers.Intern(name);
            before = name;
            if (row == 0) first = entry;
            if (names is null)
            {
                if (entry == first) continue;
                names = batch.SetTickers();
                names.AsSpan(0, row).Fill(first.Name);
                _reading.RowTickers.AsSpan(0, row).Fill(first);
                if (first.Fault != FaultKind.None) SetFault(0, row, first.Fault);
            }

            (_reading.RowTickers[row], names[row]) = (entry, entry.Name);
            if (entry.Fault != FaultKind.None) SetFault(row, 1, entry.Fault);
        }

        if (names is null) SetTicker(batch, first, count);
    }

    private void SetFault(int row, int count, FaultKind kind)
    {
        foreach (ref RowFault fault in _reading.Faults.AsSpan(row, count))
        {
            if (fault.IsNone) fault = new RowFault(TickField.Ticker, kind);
        }
    }

    private void SetTicker(RowBatch batch, TickerEntry ticker, int count)
    {
        batch.SetTicker(ticker.Name);
        if (_reading.Filter.Tickers is not null) _reading.RowTickers.AsSpan(0, count).Fill(ticker);
        if (ticker.Fault != FaultKind.None) SetFault(0, count, ticker.Fault);
    }

    private void ReadTimes(RowBatch batch, int count)
    {
        _times.Read(batch, count);
        if (_heldTimes.Length > 0) _heldTimes.AsSpan((int)_rowsRead, count).CopyTo(batch.Micros);
    }

    private void ReadNumbers(IColumnReader? reader, ParquetColumn? column, TickField field, double[] values, int count)
    {
        if (reader is null) return;
        int exponent = field == TickField.Volume ? 0 : _reading.Hints.PriceExponent;
        Number.Convert(column!, _reading.Fill(reader, count), field, values, _reading.Faults, _reading.Ignored, exponent);
    }
}
