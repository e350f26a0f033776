using System.Buffers.Binary;
using System.Globalization;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Values;

/// <summary>
/// Column values to prices and volumes. Text is read in plain decimal or scientific form only: a thousands separator or a
/// currency sign could mean another number in another country, so the row is refused.
/// </summary>
internal static class Number
{
    public const NumberStyles NumberText = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Integers up to it, and powers of ten up to 1e22, are exact doubles, so that their quotient is the nearest double.</summary>
    private const long MaxExactInteger = 1L << 53;

    public static readonly double[] PowersOfTen = [.. Enumerable.Range(0, 23).Select(exponent => double.Parse($"1e{exponent}"))];

    /// <summary>
    /// Values of a price or volume column. Only the close decides whether a row counts: another value that is not usable is NaN, which means absent.
    /// </summary>
    /// <param name="faults">Rows whose close is not usable.</param>
    /// <param name="ignored">Gets the values of the other fields that are there and not usable.</param>
    /// <param name="exponent">Power of ten that the values are multiplied by.</param>
    public static void Convert(
        ParquetColumn column, ColumnVector from, TickField field,
        Span<double> values, Span<RowFault> faults, List<IgnoredValue> ignored, int exponent = 0)
    {
        if (exponent == 0 && TryCopy(column, from, field, values)) return;
        ConvertEach(column, from, field, values, faults, ignored, exponent);
    }

    /// <summary>The simple twin of <see cref="TryCopy"/>, for values of all forms and for what is wrong with them.</summary>
    internal static void ConvertEach(
        ParquetColumn column, ColumnVector from, TickField field,
        Span<double> values, Span<RowFault> faults, List<IgnoredValue> ignored, int exponent = 0)
    {
        for (int row = 0; row < from.Count; row++)
        {
            FaultKind kind = FaultKind.Missing;
            bool isMissing = from.IsNull[row] || (exponent != 0 && ScaledPrice.IsNone(column, from, row));
            if (!isMissing) kind = TryRead(column, from, row, exponent, out values[row]) ? FaultOf(field, values[row]) : FaultKind.NotANumber;
            if (kind == FaultKind.None) continue;
            values[row] = double.NaN;
            var fault = new RowFault(field, kind);
            if (field != TickField.Close)
            {
                if (kind != FaultKind.Missing) ignored.Add(new IgnoredValue(row, fault));
            }
            else if (faults[row].IsNone)
            {
                faults[row] = fault;
            }
        }
    }

    private static FaultKind FaultOf(TickField field, double value) => field switch
    {
        _ when double.IsNaN(value) => FaultKind.NotANumber,
        TickField.Close => TickRules.IsPrice(value) ? FaultKind.None : FaultKind.NotAPrice,
        TickField.Volume => TickRules.IsVolume(value) ? FaultKind.None : FaultKind.NotAVolume,
        _ => TickRules.IsSidePrice(value) ? FaultKind.None : value == 0 ? FaultKind.Zero : FaultKind.NotAPrice,
    };

    // Positive doubles and whole volumes, all of them there and usable, are taken as they are.
    private static bool TryCopy(ParquetColumn column, ColumnVector from, TickField field, Span<double> values)
    {
        if (from.HasNulls) return false;
        if (ColumnTypes.IsFloating(column))
        {
            ReadOnlySpan<double> raw = from.Doubles.AsSpan(0, from.Count);
            if (!ValueRange.Holds(raw, TickRules.MinMagnitude, field == TickField.Volume ? TickRules.MaxVolume : TickRules.MaxPrice)) return false;
            raw.CopyTo(values);
            return true;
        }

        if (field != TickField.Volume || !ColumnTypes.IsPlainInteger(column)) return false;
        ReadOnlySpan<long> whole = from.Longs.AsSpan(0, from.Count);
        if (!ValueRange.Holds(whole, 0, long.MaxValue)) return false;
        for (int row = 0; row < whole.Length; row++) values[row] = whole[row];
        return true;
    }

    private static bool TryRead(ParquetColumn column, ColumnVector from, int row, int exponent, out double value)
    {
        if (exponent != 0)
        {
            if (!ScaledPrice.TryRead(column, from, row, exponent, out value)) return false;
        }
        else if (column.Logical == LogicalKind.Decimal)
        {
            value = ToDouble(Unscaled(column, from, row), column.Scale);
        }
        else if (column.Type != PhysicalType.ByteArray)
        {
            value = ColumnTypes.IsFloating(column) ? from.Doubles[row] : from.Longs[row];
        }
        else if (!double.TryParse(from.Bytes(row), NumberText, CultureInfo.InvariantCulture, out value))
        {
            return false;
        }

        // There is one zero: as a high or a low, which of two is the larger would depend on the order.
        value += 0.0;
        return true;
    }

    public static Int128 Unscaled(ParquetColumn column, ColumnVector from, int row)
    {
        if (column.Type is PhysicalType.Int32 or PhysicalType.Int64) return from.Longs[row];
        ReadOnlySpan<byte> bytes = from.Bytes(row);
        // Two's complement, most significant byte first; longer than 16 bytes only by sign extension, as the precision says.
        if (bytes.Length > 16) bytes = bytes[^16..];
        Span<byte> wide = stackalloc byte[16];
        wide.Fill(bytes.Length > 0 && bytes[0] >= 0x80 ? (byte)0xFF : (byte)0);
        bytes.CopyTo(wide[(16 - bytes.Length)..]);
        return BinaryPrimitives.ReadInt128BigEndian(wide);
    }

    /// <summary>The double nearest to the number with the point moved that many digits to the left.</summary>
    public static double ToDouble(Int128 unscaled, int scale)
    {
        if (Int128.Abs(unscaled) <= MaxExactInteger && scale >= 0 && scale < PowersOfTen.Length) return (double)unscaled / PowersOfTen[scale];
        return double.Parse($"{unscaled}E{-scale}", CultureInfo.InvariantCulture);
    }
}
