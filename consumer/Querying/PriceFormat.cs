using System.Globalization;

namespace Streaming.Consumer.Querying;

/// <summary>
/// Prices of one ticker with as many decimals as the data has, all the same, so that they line up: 0.00001234 as well as 64000.5. Prices
/// that would need too many have an exponent instead: 7.2399E-11.
/// </summary>
internal sealed class PriceFormat
{
    /// <summary>What a FLOAT that was widened has behind them is no part of the price.</summary>
    private const int SignificantDigits = 9;

    /// <summary>A mean has as many digits as the division gives; people want a little more than a price's.</summary>
    private const int MoreForMeans = 2;

    private const int MaxDecimals = 12;

    private readonly int _decimals;

    public PriceFormat(IEnumerable<double> prices) => _decimals = prices.Select(Decimals).DefaultIfEmpty(0).Max();

    public string Price(double price) => Text(price, "F", _decimals, SignificantDigits);

    public string Mean(double mean) => Text(mean, "F", _decimals + MoreForMeans, SignificantDigits + MoreForMeans);

    /// <summary>A volume, by itself: 30,155 as well as 0.00123.</summary>
    public static string Volume(double volume) => Text(volume, "N", Decimals(volume), SignificantDigits);

    private static string Text(double value, string format, int decimals, int significantDigits)
        => decimals <= MaxDecimals + significantDigits - SignificantDigits
            ? value.ToString(format + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : value.ToString("0." + new string('#', significantDigits - 1) + "E-0", CultureInfo.InvariantCulture);

    private static int Decimals(double value)
    {
        // One digit, the point, eight digits, E and the exponent.
        string text = value.ToString("E" + (SignificantDigits - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int end = text.IndexOf('E', StringComparison.Ordinal);
        int digits = text[..end].TrimEnd('0').Length - text.IndexOf('.', StringComparison.Ordinal) - 1;
        return Math.Max(0, digits - int.Parse(text[(end + 1)..], CultureInfo.InvariantCulture));
    }
}
