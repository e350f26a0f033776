using System.Globalization;
using System.Text;

namespace Streaming.Shared.Objects;

/// <summary>
/// Partition folders as Hive, Spark, Athena and DuckDB write and read them: <c>ticker=BRK.B</c>. Whatever the value holds, the
/// result is one path segment, and <see cref="Decode"/> gives the value back.
/// </summary>
/// <remarks>
/// The escaped characters are those of Hive's <c>FileUtils.escapePathName</c>, and NUL. Others, beyond ASCII too, stand as they
/// are, because Hive decodes <c>%C3</c> to a character and not to a byte.
/// </remarks>
public static class HivePath
{
    private const string Escaped = "\"#%'*/:=?\\{[]^\u007F";
    private const string NullPartition = "__HIVE_DEFAULT_PARTITION__";

    /// <summary><c>name=value</c> with the value escaped.</summary>
    public static string Segment(string name, string value) => $"{name}={Encode(value)}";

    public static string Encode(string value)
    {
        // The name that readers take for null would change its meaning; so would an empty value, which no caller has.
        bool readsAsNull = string.Equals(value, NullPartition, StringComparison.Ordinal)
            || string.Equals(value, "NULL", StringComparison.OrdinalIgnoreCase);
        var path = new StringBuilder(value.Length + 8);
        foreach (char c in value)
        {
            if (c < ' ' || Escaped.Contains(c, StringComparison.Ordinal) || (readsAsNull && path.Length == 0))
                path.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            else
                path.Append(c);
        }

        return path.ToString();
    }

    public static string Decode(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal)) return segment;
        var value = new StringBuilder(segment.Length);
        for (int i = 0; i < segment.Length; i++)
        {
            if (segment[i] == '%' && i + 2 < segment.Length
                && byte.TryParse(segment.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte code))
            {
                value.Append((char)code);
                i += 2;
            }
            else
            {
                value.Append(segment[i]);
            }
        }

        return value.ToString();
    }
}
