namespace Streaming.Shared.CommandLine;

/// <summary>Finds the word that was probably meant by a mistyped one.</summary>
public static class NearestWord
{
    /// <summary><c> Did you mean X?</c>, with the blank before it; empty if no word is near enough.</summary>
    public static string Suggestion(string typed, IEnumerable<string> known) => Of(typed, known) is { } word ? $" Did you mean {word}?" : "";

    /// <summary>The word with the fewest edits, case aside; null if that is more than a third of what was typed.</summary>
    public static string? Of(string typed, IEnumerable<string> known)
    {
        (string Word, int Edits) best = known.Select(word => (word, Edits(typed.ToUpperInvariant(), word.ToUpperInvariant()))).DefaultIfEmpty(("", int.MaxValue)).MinBy(pair => pair.Item2);
        return best.Edits <= Math.Max(1, typed.Length / 3) ? best.Word : null;
    }

    // Levenshtein's distance, row by row.
    private static int Edits(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
