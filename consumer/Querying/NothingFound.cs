using System.Globalization;

namespace Streaming.Consumer.Querying;

/// <summary>Why a query found no row, in one line with what to ask for instead.</summary>
public static class NothingFound
{
    private const int MaxNames = 5;

    /// <summary>Letters that two tickers may differ in and still be taken for a typing error.</summary>
    private const int MaxTypos = 1;

    public static async Task<string> ExplainAsync(LakeReader reader, string lake, string? ticker, DateOnly? date, CancellationToken cancellation)
    {
        IReadOnlyList<string> tickers = await reader.TickersAsync(cancellation);
        if (tickers.Count == 0) return $"there is no row in {lake}. Did a consumer run with --lake {lake}?";
        if (ticker is not null && !tickers.Contains(ticker)) return $"no ticker {ticker} in {lake}; {InsteadOf(ticker, tickers)}";
        IReadOnlyList<DateOnly> dates = await reader.DatesAsync(ticker, cancellation);
        string of = ticker is null ? "" : $" of {ticker}";
        return date is { } day && !dates.Contains(day)
            ? $"no row{of} of trade date {Text(day)} in {lake}; it has {Known(dates, day)}"
            : $"there is no row{of} in {lake}";
    }

    private static string InsteadOf(string ticker, IReadOnlyList<string> tickers)
    {
        // One that differs in case and blanks only is meant; others may be.
        string[] similar = [.. tickers.Where(other => string.Equals(ticker.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase)).Take(MaxNames)];
        if (similar.Length == 0) similar = [.. tickers.Where(other => IsSimilar(ticker, other)).Take(MaxNames)];
        return similar.Length > 0
            ? $"did you mean {string.Join(" or ", similar)}?"
            : $"it has {string.Join(", ", tickers.Take(MaxNames))}{(tickers.Count > MaxNames ? $" and {tickers.Count - MaxNames} more" : "")}";
    }

    private static bool IsSimilar(string asked, string known)
    {
        string left = asked.Trim().ToUpperInvariant(), right = known.Trim().ToUpperInvariant();
        // One letter off says little where there are only two.
        return left.Length > 2 && (right.StartsWith(left, StringComparison.Ordinal) || Typos(left, right) <= MaxTypos);
    }

    /// <summary>Letters to insert, leave out, replace or swap with their neighbour to get from one to the other.</summary>
    private static int Typos(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > MaxTypos) return int.MaxValue;
        var typos = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    typos[i, j] = i + j;
                    continue;
                }

                bool isSame = left[i - 1] == right[j - 1];
                typos[i, j] = Math.Min(typos[i - 1, j - 1] + (isSame ? 0 : 1), Math.Min(typos[i - 1, j], typos[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) typos[i, j] = Math.Min(typos[i, j], typos[i - 2, j - 2] + 1);
            }
        }

        return typos[left.Length, right.Length];
    }

    private static string Known(IReadOnlyList<DateOnly> dates, DateOnly asked)
    {
        if (dates.Count <= MaxNames) return string.Join(", ", dates.Select(Text));
        IEnumerable<DateOnly> nearest = dates.OrderBy(date => Math.Abs(date.DayNumber - asked.DayNumber)).Take(2).Order();
        return $"{dates.Count} dates from {Text(dates[0])} to {Text(dates[^1])}, the nearest are {string.Join(" and ", nearest.Select(Text))}";
    }

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
