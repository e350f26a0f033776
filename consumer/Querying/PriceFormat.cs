using System.Globalization;

namespace Streaming.Consumer.Querying;

/// <summary>
/// Prices of one ticker with as many decimals as the data has, all the same, so that they line up: 0.00001234 as well as 64000.5.
/// </summary>
internal sealed class PriceFormat
{
    /// <summary>A mean has as many digits as the division gives; people want a little more than a price's.</summary>
    private const int MoreForMeans = 2;

    private const int MaxDecimals = 10;

    private readonly int _decimals;

    public PriceFormat(IEnumerable<double> prices) => _decimals = prices.Select(Decimals).DefaultIfEmpty(0).Max();

    public string Price(double price) => price.ToString("F" + _decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public string Mean(double mean)
        => mean.ToString("F" + Math.Min(MaxDecimals + MoreForMeans, _decimals + MoreForMeans).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static int Decimals(double price)
    {
        // The shortest text that gives the same number; a FLOAT that was widened has more than anybody means.
        string text = price.ToString("0.############", CultureInfo.InvariantCulture);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : Math.Min(MaxDecimals, text.Length - point - 1);
    }
}
