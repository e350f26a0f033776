using System.Buffers.Binary;
using System.Buffers.Text;
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
    private const NumberStyles PriceText = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Integers up to it, and powers of ten up to 1e22, are exact doubles, so that their quotient is the nearest double.</summary>
    private const long MaxExactInteger = 1L << 53;

    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, 23).Select(exponent => double.Parse($"1e{exponent}"))];

    /// <param name="isNeeded">A row without the price is refused; else the price is NaN, which means absent.</param>
    public static void ConvertPrices(
        ParquetColumn column, ColumnVector from, TickField field, bool isNeeded, Span<double> prices, Span<RowFault> faults)
    {
        if (TryCopyPrices(column, from, prices)) return;
        ConvertEachPrice(column, from, field, isNeeded, prices, faults);
    }

    public static void ConvertVolumes(ParquetColumn column, ColumnVector from, Span<long> volumes, Span<RowFault> faults)
    {
        if (TryCopyVolumes(column, from, volumes)) return;
        ConvertEachVolume(column, from, volumes, faults);
    }

    /// <summary>The simple twin of <see cref="TryCopyPrices"/>, for prices of all forms and for what is wrong with them.</summary>
    internal static void ConvertEachPrice(
        ParquetColumn column, ColumnVector from, TickField field, bool isNeeded, Span<double> prices, Span<RowFault> faults)
    {
        for (int row = 0; row < from.Count; row++)
        {
            FaultKind kind = FaultKind.None;
            if (from.IsNull[row])
            {
                prices[row] = double.NaN;
                if (isNeeded) kind = FaultKind.Missing;
            }
            else if (!TryPrice(column, from, row, out prices[row]))
            {
                kind = FaultKind.NotANumber;
            }
            else if (!TickRules.IsPrice(prices[row]))
            {
                kind = double.IsNaN(prices[row]) ? FaultKind.NotANumber : FaultKind.NotAPrice;
            }

            if (kind != FaultKind.None && faults[row].IsNone) faults[row] = new RowFault(field, kind);
        }
    }

    /// <summary>The simple twin of <see cref="TryCopyVolumes"/>, likewise.</summary>
    internal static void ConvertEachVolume(ParquetColumn column, ColumnVector from, Span<long> volumes, Span<RowFault> faults)
    {
        for (int row = 0; row < from.Count; row++)
        {
            if (from.IsNull[row])
                volumes[row] = Tick.NoVolume;
            else if ((!TryVolume(column, from, row, out volumes[row]) || volumes[row] < 0) && faults[row].IsNone)
                faults[row] = new RowFault(TickField.Volume, FaultKind.NotAVolume);
        }
    }

    // Doubles, all of them there and all prices, are taken as they are.
    private static bool TryCopyPrices(ParquetColumn column, ColumnVector from, Span<double> prices)
    {
        if (!ColumnTypes.IsFloating(column) || from.HasNulls) return false;
        ReadOnlySpan<double> raw = from.Doubles.AsSpan(0, from.Count);
        if (!ValueRange.Holds(raw, TickRules.MinPrice, TickRules.MaxPrice)) return false;
        raw.CopyTo(prices);
        return true;
    }

    private static bool TryCopyVolumes(ParquetColumn column, ColumnVector from, Span<long> volumes)
    {
        if (!ColumnTypes.IsPlainInteger(column) || from.HasNulls) return false;
        ReadOnlySpan<long> raw = from.Longs.AsSpan(0, from.Count);
        if (!ValueRange.Holds(raw, 0, long.MaxValue)) return false;
        raw.CopyTo(volumes);
        return true;
    }

    private static bool TryPrice(ParquetColumn column, ColumnVector from, int row, out double price)
    {
        if (column.Logical == LogicalKind.Decimal)
        {
            price = ToDouble(Unscaled(column, from, row), column.Scale);
            return true;
        }

        if (column.Type == PhysicalType.ByteArray)
            return double.TryParse(from.Bytes(row), PriceText, CultureInfo.InvariantCulture, out price);
        price = ColumnTypes.IsFloating(column) ? from.Doubles[row] : from.Longs[row];
        return true;
    }

    private static bool TryVolume(ParquetColumn column, ColumnVector from, int row, out long volume)
    {
        volume = 0;
        if (column.Logical == LogicalKind.Decimal)
        {
            (Int128 whole, Int128 fraction) = Int128.DivRem(Unscaled(column, from, row), PowerOfTen(column.Scale));
            if (fraction != 0 || whole > long.MaxValue || whole < 0) return false;
            volume = (long)whole;
            return true;
        }

        if (column.Type == PhysicalType.ByteArray) return TryVolumeText(from.Bytes(row), out volume);
        if (!ColumnTypes.IsFloating(column))
        {
            volume = from.Longs[row];
            return true;
        }

        double value = from.Doubles[row];
        if (value is not (>= 0 and < 9223372036854775808.0) || value != Math.Floor(value)) return false;
        volume = (long)value;
        return true;
    }

    // Digits, perhaps with a fraction of zeros ("1200.0"), which is how a float column turns out in text.
    private static bool TryVolumeText(ReadOnlySpan<byte> text, out long volume)
    {
        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? text : text[..point];
        if (point >= 0 && (point == text.Length - 1 || text[(point + 1)..].ContainsAnyExcept((byte)'0')))
        {
            volume = 0;
            return false;
        }

        return Utf8Parser.TryParse(whole, out volume, out int used) && used == whole.Length && char.IsAsciiDigit((char)whole[0]);
    }

    /// <summary>A decimal as a whole number, rounded down, and billionths; false for one below zero or beyond 64 bits.</summary>
    public static bool TrySplit(ParquetColumn column, ColumnVector from, int row, out long whole, out int nanos)
    {
        (Int128 units, Int128 rest) = Int128.DivRem(Unscaled(column, from, row), PowerOfTen(column.Scale));
        bool fits = rest >= 0 && units >= 0 && units <= long.MaxValue;
        whole = fits ? (long)units : 0;
        // More than nine decimals are cut off, which also keeps the product within 128 bits.
        nanos = (int)(column.Scale <= 9 ? rest * PowerOfTen(9 - column.Scale) : rest / PowerOfTen(column.Scale - 9));
        return fits;
    }

    private static Int128 Unscaled(ParquetColumn column, ColumnVector from, int row)
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

    private static double ToDouble(Int128 unscaled, int scale)
    {
        if (Int128.Abs(unscaled) <= MaxExactInteger && scale < PowersOfTen.Length) return (double)unscaled / PowersOfTen[scale];
        return double.Parse($"{unscaled}E-{scale}", CultureInfo.InvariantCulture);
    }

    private static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (int i = 0; i < exponent; i++) power *= 10;
        return power;
    }
}
