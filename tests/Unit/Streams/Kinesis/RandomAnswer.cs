using System.Text;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>
/// Answers to GetRecords drawn at random: most as services write them, each part now and then as none does, right or wrong; and
/// copies of them that were changed. Everything is text of one byte a character, so that any byte can stand anywhere.
/// </summary>
internal sealed class RandomAnswer(Random random)
{
    private const string Telling = "\"\\{}[],:0123456789+-.eEnu/= \t\n\r\0\u007f\u0080\u00c3\u00ff";

    private static readonly string[] Layouts = ["NTDK", "TDKN", "TDEKN", "DKTNE", "NTDKE"];

    private static readonly string[] OddSeparators = ["", " ", ",", ", ", " ,", ",,", "[", "],[", "}", ":"];

    private static readonly string[] OddNumbers
        = ["\"0\"", "\"" + new string('0', 56) + "\"", "\"\"", "\"1\"", "\"-1\"", "\"+1\"", "\"1 \"", "\"\\u0031\\u0032\"", "12", "null", "\"" + new string('9', 57) + "\"", "\"" + new string('9', 58) + "\""];

    private static readonly string[] OddTimes =
    [
        "0", "-0", "-1", "-1.5E9", "1704205800", "1704205800.", "1704205800.1", "1704205800.12", "1704205800.1234", "1704205800.123456", "1704205800.1234569",
        "01704205800.123", "0704205800.123", "0.70420580012E9", "1.7E9", "1.7042058E9", "1.70420580E9", "1.70420580012E9", "1.704205800123456E9", "1.7042058001234567E9",
        "1.704205800123E09", "1.704205800123E+9", "1.704205800123e9", "1.704205800123E10", "1.704205800123E-9", "1.704205800123E", "1.704205800123E99", "1e400", "1e-400",
        "9223372036854.775807", "9223372036854.775808", "99999999999999999999999999999999", "1704205800.001.2", "1,7", "NaN", "null", "true", "\"1704205800.001\"", "{}",
    ];

    private static readonly string[] OddKeys
        = ["", "a\\\"b\\\\c", "\\u0041", "\\ud83d\\ude00", "\\ud800", "\\x", "tab\tin", "new\nline", "\u0001", "\u007f", "\u00c3\u00a9", "\u00ff", "^GSPC", "</script>"];

    private static readonly string[] Others
        = ["1", "-0.0", "1e5", "01", "true", "tru", "null", "\"text\"", "\"\\n\"", "\"\n\"", "[]", "[1,{\"Data\":\"QQ==\"},[]]", "{\"Records\":[]}", "[1,]", "{\"a\":1,}", "[}", "{]", ""];

    private readonly RandomDamage _damage = new(random, Telling);
    private bool _hasBlanks;
    private bool _isOdd;

    /// <summary>An answer, of which a part may be wrong.</summary>
    public byte[] Next()
    {
        _hasBlanks = random.Next(8) == 0;
        _isOdd = random.Next(2) == 0;
        string layout = Layouts[random.Next(Layouts.Length)];
        string records = "\"Records\"" + Mark(":") + Records(layout);
        var members = new List<string> { records };
        if (!Odd(8)) members.Add("\"NextShardIterator\"" + Mark(":") + (Odd(8) ? Others[random.Next(Others.Length)] : "\"" + new string('A', random.Next(200)) + "\""));
        if (!Odd(8)) members.Add("\"MillisBehindLatest\"" + Mark(":") + (Odd(4) ? OddTimes[random.Next(OddTimes.Length)] : random.Next(100_000).ToString()));
        if (Odd(4)) members.Add("\"ChildShards\"" + Mark(":") + Others[random.Next(Others.Length)]);
        if (Odd(20)) members.Add(records);
        if (Odd(20)) members.Remove(records);
        if (random.Next(3) == 0) random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members));
        return Encoding.Latin1.GetBytes(Mark("{") + string.Join(Mark(","), members) + "}" + (Odd(20) ? Others[random.Next(Others.Length)] : Mark("")));
    }

    /// <summary>A copy with one to three changes: half of the copies are damaged, half have other digits, letters and blanks.</summary>
    public byte[] Change(byte[] whole) => _damage.Change(whole, Vary, Place);

    private void Vary(List<byte> bytes)
    {
        int at = random.Next(bytes.Count);
        if (char.IsAsciiDigit((char)bytes[at])) bytes[at] = (byte)random.Next('0', '9' + 1);
        else if (char.IsAsciiLetter((char)bytes[at]) && random.Next(4) > 0) bytes[at] = (byte)random.Next('a', 'z' + 1);
        else bytes.Insert(at, (byte)" \t\r\n"[random.Next(4)]);
    }

    // Where something is told, and its neighbours; most bytes are inside of base64, where one is as good as another.
    private int Place(List<byte> bytes)
    {
        int at = random.Next(bytes.Count);
        if (random.Next(4) == 0) return at;
        int mark = bytes.FindIndex(at, value => value is (byte)'"' or (byte)',' or (byte)'}' or (byte)'{');
        return mark < 0 ? at : Math.Clamp(mark + random.Next(-2, 3), 0, bytes.Count - 1);
    }

    private bool Odd(int oneOf) => _isOdd && random.Next(oneOf) == 0;

    private string Mark(string mark) => _hasBlanks ? Blanks() + mark + Blanks() : mark;

    private string Blanks() => string.Concat(Enumerable.Range(0, random.Next(3)).Select(_ => " \t\r\n"[random.Next(4)]));

    private string Records(string layout)
    {
        if (Odd(20)) return "null";
        return "[" + string.Concat(Enumerable.Range(0, random.Next(0, 5)).Select(i => Separator(i) + Record(layout))) + Mark(Odd(12) ? ",]" : "]");
    }

    private string Separator(int index)
    {
        if (Odd(20)) return OddSeparators[random.Next(OddSeparators.Length)];
        return index == 0 ? "" : Mark(",");
    }

    private string Record(string layout)
    {
        char[] kinds = layout.ToCharArray();
        if (Odd(6)) random.Shuffle(kinds);
        List<string> members = [.. kinds.Select(Member)];
        if (Odd(12)) members.RemoveAt(random.Next(members.Count));
        if (Odd(12)) members.Insert(random.Next(members.Count), Member(layout[random.Next(layout.Length)]));
        if (Odd(12)) members.Insert(random.Next(members.Count), "\"Unknown\":" + Others[random.Next(Others.Length)]);
        return Mark("{") + string.Join(Mark(","), members) + Mark("}");
    }

    private string Member(char kind) => kind switch
    {
        'N' => Name("SequenceNumber") + Number(),
        'T' => Name("ApproximateArrivalTimestamp") + Time(),
        'D' => Name("Data") + "\"" + Data() + "\"",
        'K' => Name("PartitionKey") + (Odd(30) ? "5" : "\"" + (Odd(8) ? OddKeys[random.Next(OddKeys.Length)] : new string('K', random.Next(random.Next(2, 50)))) + "\""),
        _ => Name("EncryptionType") + (Odd(8) ? Others[random.Next(Others.Length)] : "\"KMS\""),
    };

    private string Name(string name)
    {
        string written = Odd(60) ? $"\\u{(int)name[0]:x4}{name[1..]}" : name;
        return $"\"{written}\"" + Mark(":");
    }

    private string Number()
    {
        if (Odd(10)) return OddNumbers[random.Next(OddNumbers.Length)];
        int digits = Odd(10) ? random.Next(60) : 56;
        return "\"" + string.Concat(Enumerable.Range(0, digits).Select(_ => (char)('0' + random.Next(10)))) + "\"";
    }

    private string Time()
    {
        if (Odd(8)) return OddTimes[random.Next(OddTimes.Length)];
        long millis = random.NextInt64(1_000_000_000_000, 9_999_999_999_999);
        if (random.Next(2) == 0) return $"{millis / 1000}.{millis % 1000:D3}";
        string digits = millis.ToString().TrimEnd('0');
        return $"{digits[0]}.{digits[1..]}E9";
    }

    private string Data()
    {
        byte[] data = new byte[random.Next(random.Next(2, 120))];
        random.NextBytes(data);
        string text = Convert.ToBase64String(data);
        if (Odd(12)) text = text.Replace("/", "\\/", StringComparison.Ordinal);
        if (Odd(12)) text = text.Replace("+", "\\u002B", StringComparison.Ordinal);
        if (Odd(12)) text = text.Insert(random.Next(text.Length + 1), new string(" \t\n"[random.Next(3)], random.Next(1, 9)));
        if (Odd(20)) text = text.TrimEnd('=');
        return text;
    }
}
