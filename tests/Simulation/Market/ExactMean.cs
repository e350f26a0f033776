using System.Numerics;

namespace Streaming.Tests.Simulation.Market;

/// <summary>Sums and means of doubles in integers of any length: an oracle, with nothing of the product in it.</summary>
internal static class ExactMean
{
    /// <summary>Every double is a whole number of 2^-1074.</summary>
    private const int FractionBits = 1074;

    public static double Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return Nearest(Sum(all), all.Length);
    }

    public static double Sum(IEnumerable<double> values) => Nearest(Sum([.. values]), 1);

    /// <summary>In units of 2^-1074.</summary>
    public static BigInteger Units(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        BigInteger digits = (bits & ((1L << 52) - 1)) | (exponent == 0 ? 0 : 1L << 52);
        return (bits < 0 ? -digits : digits) << Math.Max(exponent - 1, 0);
    }

    /// <summary>The nearest double to the quotient, of two as near the one whose last digit is even.</summary>
    public static double Nearest(BigInteger units, long count)
    {
        if (units.IsZero) return 0;
        // Its three roundings together are off by less than four doubles.
        int scale = (int)Math.Max(0, BigInteger.Abs(units).GetBitLength() - 900);
        double guess = Math.ScaleB((double)(units >> scale) / count, scale - FractionBits);
        return Enumerable.Range(-4, 9).Select(step => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(guess) + step))
            .OrderBy(candidate => BigInteger.Abs((Units(candidate) * count) - units))
            .ThenBy(candidate => BitConverter.DoubleToInt64Bits(candidate) & 1)
            .First();
    }

    private static BigInteger Sum(double[] values) => values.Aggregate(BigInteger.Zero, (sum, value) => sum + Units(value));
}
