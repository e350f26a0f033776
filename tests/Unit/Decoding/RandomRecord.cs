using System.Globalization;
using System.Text;

namespace Streaming.Tests.Unit.Decoding;

/// <summary>
/// Records of the contract drawn at random: most as our producer writes them, each part now and then as it does not, right or wrong;
/// and copies of them that were changed. Everything is text of one byte a character, so that any byte can stand anywhere.
/// </summary>
internal sealed class RandomRecord(Random random)
{
    private const string Telling = "\"\\{}[],:0123456789+-.eETZnu/= \t\n\r\0\u007f\u0080\u00c2\u00c3\u00ff";

    private static readonly string[] Names = ["ticker", "date", "timestamp", "open", "high", "low", "close", "volume", "run", "seq", "Close", "clos", "symbol", "price", "produced_at", "c\\u006cose", ""];

    private static readonly string[] OddTickers
        = ["", " ", "BRK.B", "../x", "a\\\"b", "\\u0041", "\\ud83d\\ude00", "\\ud800", "\\x", "tab\tin", "\u007f", "\u0080", "\u00c2\u0085", "\u00c3\u00a9", "\u00ff", "{\"a\":1}",
            new string('S', 14), new string('S', 15), new string('S', 16), new string('S', 17), new string('L', 64), new string('L', 65)];

    private static readonly string[] OddDates
        = ["\"2024-02-30\"", "\"2024-02-29\"", "\"0000-01-01\"", "\"9999-12-31\"", "\"2024-1-02\"", "\"2024/01/02\"", "\"2024-01-02 00:00:00\"", "\"2024-13-01\"", "\"\"", "null", "20240102"];

    private static readonly string[] OddTimes =
    [
        "T14:30:05Z", "T14:30:05", "T14:30Z", "T14:30:60+00:00", "T14:30:59.999999+00:00", "T14:30:59.9999999+00:00", "T14:30:99.999+00:00", "T24:30:05+00:00", "T14:60:05+00:00", "T23:59:59+00:00",
        " 14:30:05+00:00", "T14:30:05-05:00", "T14:30:05.123-05:30", "T14:30:05+0000", "T14:30:05+00", "T14:30:05+19:00", "T14:30:05+18:59", "T14:30:05+00:60", "T14:30:05.1+00:00", "T14:30:05.12+00:00",
        "T14:30:05.1234+00:00", "T14:30:05.12345+00:00", "T14:30:05.+00:00", "T14:30:05.123456789+00:00", "T14:30:05.1234567890+00:00", "t14:30:05+00:00", "T14:30:05\\u002B00:00", "T14:30:5+00:00", "T14-30:05+00:00",
        "T14:30.05+00:00", "T14:30:05,123+00:00", "T14:30:0:.123+00:00", "T14:30:05.12:+00:00", "T14:30:05+00:00 ", "", "T",
    ];

    private static readonly string[] OddNumbers =
    [
        "0", "-0", "0.0", "0.00000000001", "0.000000000001", "0.0000000000001", "0.0000000000009", "1E-07", "1e-12", "9e-13", "1e12", "1000000000000", "1000000000001", "1000000000000.1", "999999999999999",
        "9999999999999999", "9007199254740993", "99999999999999.9", "0.99999999999999", "0.9999999999999", "1.0000000000005", "4603.7900390625", "187.14999389648438", "1.7976931348623157E+308", "1e400",
        "-37.63", "-0.0", "7.2388E-11", "1e-27", "9e-28", "1e19", "1.1e19", "01", "00.5", "1.", ".5", "+1", "-1", "1.2.3", "1..2", "1,2", "1_0", " 1", "1 ", "1e", "0x1", "NaN", "Infinity", "null", "true", "\"1\"", "[1]", "{}", "", "100.0", "1.5", "9223372036854775807",
        "9223372036854775808", "18446744073709551616", "123456789012345", "1234567890123456", "1234567.8901234", "1234567.89012345", "12345678.9012345",
    ];

    private static readonly string[] OddRuns = ["\"\"", "\"a\\/b\"", "\"l\u00c3\u00a4uft\"", "\"\u0001\"", "\"\u007f\"", "\"with space\"", "17", "null", "{\"seq\":3}", "[1]", "\"r\\\"", "\"" + new string('r', 64) + "\"", "\"" + new string('r', 65) + "\""];

    private static readonly string[] Runs = ["r", "0123456789ab", "0123456789ac", "benchmark-0000000001"];

    private readonly RandomDamage _damage = new(random, Telling);
    private bool _isOdd;

    /// <summary>A record, of which a part may be wrong.</summary>
    public byte[] Next()
    {
        _isOdd = random.Next(3) == 0;
        List<string> fields = [.. Fields()];
        if (Odd(8)) random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(fields));
        if (Odd(8)) fields.RemoveAt(random.Next(fields.Count));
        if (Odd(8)) fields.Insert(random.Next(fields.Count), $"\"{Names[random.Next(Names.Length)]}\":{Pick(OddNumbers)}");
        string blank = Odd(8) ? " \t\r\n"[random.Next(4)].ToString() : "";
        return Encoding.Latin1.GetBytes("{" + blank + string.Join("," + blank, fields) + "}" + (Odd(12) ? Pick(OddNumbers) : ""));
    }

    /// <summary>A copy with one to three changes: half of the copies are damaged, half have other digits and letters.</summary>
    public byte[] Change(byte[] whole) => _damage.Change(whole, Vary);

    private IEnumerable<string> Fields()
    {
        string day = $"2024-01-0{random.Next(2, 4)}";
        yield return Named("ticker", $"\"{(Odd(4) ? Pick(OddTickers) : "T" + random.Next(40))}\"");
        yield return Named("date", Odd(8) ? Pick(OddDates) : $"\"{day}\"");
        yield return Named("timestamp", $"\"{day}{(Odd(4) ? Pick(OddTimes) : Time())}\"");
        if (random.Next(3) == 0)
        {
            foreach (string name in new[] { "open", "high", "low" })
            {
                if (!Odd(8)) yield return Named(name, Price());
            }
        }

        yield return Named("close", Price());
        if (random.Next(4) > 0) yield return Named("volume", Odd(6) ? Pick(OddNumbers) : random.Next(4) == 0 ? Price() : Whole());
        if (random.Next(4) == 0) yield break;
        yield return Named("run", Odd(6) ? Pick(OddRuns) : $"\"{Pick(Runs)}\"");
        yield return Named("seq", Odd(6) ? Pick(OddNumbers) : Whole());
    }

    private string Named(string name, string value) => $"\"{(Odd(30) ? Pick(Names) : name)}\":{value}";

    private string Time()
    {
        string fraction = random.Next(4) switch
        {
            0 => "",
            1 => $".{random.Next(1000):D3}",
            _ => $".{random.Next(1_000_000):D6}",
        };
        return $"T14:{random.Next(30, 33)}:{random.Next(60):D2}{fraction}+00:00";
    }

    private string Price()
    {
        if (Odd(6)) return Pick(OddNumbers);
        double price = Math.Round(random.NextDouble() * Math.Pow(10, random.Next(-2, 8)), random.Next(13));
        return (price == 0 ? 1 : price).ToString(CultureInfo.InvariantCulture);
    }

    private string Whole() => random.NextInt64((long)Math.Pow(10, random.Next(1, 19))).ToString(CultureInfo.InvariantCulture);

    private void Vary(List<byte> bytes)
    {
        int at = random.Next(bytes.Count);
        if (char.IsAsciiDigit((char)bytes[at])) bytes[at] = (byte)random.Next('0', '9' + 1);
        else if (bytes[at] == '.') bytes.RemoveAt(at);
        else if (random.Next(4) == 0) bytes.Insert(at, (byte)random.Next('0', '9' + 1));
    }

    private bool Odd(int oneOf) => _isOdd && random.Next(oneOf) == 0;

    private string Pick(string[] choices) => choices[random.Next(choices.Length)];
}
