using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Streaming.Shared.Objects;

/// <summary>
/// Partition folders as Hive, Spark, Athena and DuckDB write and read them: <c>ticker=BRK.B</c>. Whatever the value holds, the
/// result is one path segment, and <see cref="Decode"/> gives the value back.
/// </summary>
/// <remarks>
/// The escaped characters are those of Hive's <c>FileUtils.escapePathName</c>, and NUL. Others, beyond ASCII too, stand as they
/// are, because Hive decodes <c>%C3</c> to a character and not to a byte. So does <see cref="Decode"/> only where it must.
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

    /// <summary>
    /// The value of a segment. Escapes that follow each other and are all beyond ASCII are bytes of UTF-8, as DuckDB, Arrow and Polars write them;
    /// where they are not valid UTF-8, each is the character of that code, as in Hive.
    /// </summary>
    public static string Decode(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal)) return segment;
        var value = new StringBuilder(segment.Length);
        var beyondAscii = new List<byte>();
        for (int i = 0; i < segment.Length; i++)
        {
            bool isEscape = TryEscape(segment.AsSpan(i), out byte code);
            if (!isEscape || code < 0x80) AppendBytes(value, beyondAscii);
            if (!isEscape) value.Append(segment[i]);
            else if (code < 0x80) value.Append((char)code);
            else beyondAscii.Add(code);
            if (isEscape) i += 2;
        }

        AppendBytes(value, beyondAscii);
        return value.ToString();
    }

    private static bool TryEscape(ReadOnlySpan<char> text, out byte code)
    {
        code = 0;
        return text is ['%', _, _, ..] && byte.TryParse(text[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code);
    }

    private static void AppendBytes(StringBuilder value, List<byte> bytes)
    {
        ReadOnlySpan<byte> run = CollectionsMarshal.AsSpan(bytes);
        value.Append((Utf8.IsValid(run) ? Encoding.UTF8 : Encoding.Latin1).GetString(run));
        bytes.Clear();
    }
}
