using System.Text;
using System.Text.Json;
using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Unit.Live;

/// <summary>What a page makes of the messages that it gets, by the rules that are told to it.</summary>
internal sealed class Viewer
{
    private readonly Dictionary<int, string> _names = [];

    public int Messages { get; private set; }

    /// <summary>Messages that told everything.</summary>
    public int FullMessages { get; private set; }

    public Dictionary<(string Ticker, long Start), (Bar Bar, bool IsClosed)> Rows { get; } = [];

    public List<(string Kind, string Text, string? Position, string? Ticker)> Problems { get; } = [];

    /// <summary>Rows of the last message.</summary>
    public int RowsTold { get; set; }

    public JsonElement Last { get; private set; }

    public void Take(ReadOnlyMemory<byte> message)
    {
        string text = Encoding.UTF8.GetString(message.Span);
        Assert.StartsWith("data: {", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text[..^2]);
        using var json = JsonDocument.Parse(text["data: ".Length..]);
        Last = json.RootElement.Clone();
        Messages++;
        if (Last.TryGetProperty("full", out _)) Forget();
        foreach (JsonElement ticker in Items("tickers")) _names[ticker[0].GetInt32()] = ticker[1].GetString()!;
        RowsTold = 0;
        foreach (JsonElement row in Items("bars")) Take(row);
        foreach (JsonElement problem in Items("problems"))
        {
            Problems.Add((problem.GetProperty("kind").GetString()!, problem.GetProperty("text").GetString()!, problem.GetProperty("position").GetString(), problem.GetProperty("ticker").GetString()));
        }
    }

    private void Forget()
    {
        FullMessages++;
        _names.Clear();
        Rows.Clear();
        Problems.Clear();
    }

    private void Take(JsonElement row)
    {
        RowsTold++;
        var bar = new Bar(
            row[1].GetInt64(), row[2].GetDouble(), row[3].GetDouble(), row[4].GetDouble(), row[5].GetDouble(), row[6].GetDouble(),
            row[7].ValueKind == JsonValueKind.Null ? null : row[7].GetInt64(), row[8].GetInt64());
        (string, long) key = (_names[row[0].GetInt32()], bar.WindowStartMicros);
        if (!Rows.TryGetValue(key, out (Bar Bar, bool) old) || bar.TickCount >= old.Bar.TickCount) Rows[key] = (bar, row[9].GetInt32() == 1);
    }

    private JsonElement.ArrayEnumerator Items(string name) => Last.TryGetProperty(name, out JsonElement items) ? items.EnumerateArray() : default;
}
