using nietras.SeparatedValues;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Csv;

/// <summary>One pass over rows of a CSV: records to fields, batch by batch. Rows that cannot be split have no values, and a fault.</summary>
internal sealed class CsvPass(CsvFile file, CsvRecords records) : IRowPass
{
    /// <summary>Characters of a batch, however few rows they are: one record more than that at most.</summary>
    private const int MaxBatchChars = 256 << 10;

    private readonly List<CsvColumn> _columns = [];
    private readonly long[] _lines = new long[RowBatch.Capacity];

    /// <summary>Rows that the pass still gives.</summary>
    public long RowsLeft { get; set; }

    /// <summary>Where the next record begins.</summary>
    public CsvPlace Place => records.Place;

    public IColumnReader OpenColumn(ParquetColumn column)
    {
        CsvColumn opened = file.ColumnOf(column);
        if (!_columns.Contains(opened)) _columns.Add(opened);
        return opened;
    }

    public int Next(Span<RowFault> faults)
    {
        try
        {
            return ReadBatch(faults);
        }
        catch (InvalidDataException problem)
        {
            throw new CsvException(file.Name, $"line {Place.Line}: {problem.Message}");
        }
    }

    public long? LineOf(int row) => _lines[row];

    public void Dispose() => records.Dispose();

    private int ReadBatch(Span<RowFault> faults)
    {
        int most = (int)Math.Min(RowsLeft, RowBatch.Capacity);
        int rows = 0;
        file.Fields.Clear();
        while (rows < most && file.Fields.Length < MaxBatchChars
            && records.TryRead(file.Header.Delimiter, out ReadOnlySpan<byte> record, out _lines[rows], out FaultKind fault))
        {
            if (fault == FaultKind.None && record.Contains((byte)0)) fault = FaultKind.NulByte;
            if (fault == FaultKind.None) file.Fields.Add(record);
            else faults[rows] = new RowFault(default, fault);
            rows++;
        }

        Split(faults[..rows]);
        RowsLeft -= rows;
        return rows;
    }

    private void Split(Span<RowFault> faults)
    {
        using SepReader reader = file.Fields.Split();
        for (int row = 0; row < faults.Length; row++)
        {
            if (faults[row].IsNone && !reader.MoveNext()) throw new InvalidOperationException($"{file.Name} line {_lines[row]}: a record was lost.");
            if (faults[row].IsNone) faults[row] = new RowFault(default, FaultOf(reader.Current.ColCount));
            foreach (CsvColumn column in _columns) column.Set(row, faults[row].IsNone ? reader.Current[column.Field].Span : []);
        }
    }

    private FaultKind FaultOf(int fields)
    {
        if (fields == file.Columns.Count) return FaultKind.None;
        return fields < file.Columns.Count ? FaultKind.TooFewFields : FaultKind.TooManyFields;
    }
}
