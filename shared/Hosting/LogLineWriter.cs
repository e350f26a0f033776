using System.Text;

namespace Streaming.Shared.Hosting;

/// <summary>Takes lines of text, and writes each as a log event: for what a program tells on stderr where no person reads it.</summary>
public sealed class LogLineWriter(TextWriter target, TimeProvider time, string category, string level = "Information") : TextWriter
{
    private readonly Lock _writing = new();
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => target.Encoding;

    public override void Write(char value)
    {
        lock (_writing)
        {
            if (value != '\n') _line.Append(value);
            else EndLine();
        }
    }

    public override void Write(string? value)
    {
        lock (_writing)
        {
            foreach (char letter in value ?? "") Write(letter);
        }
    }

    public override void WriteLine(string? value)
    {
        lock (_writing)
        {
            _line.Append(value);
            EndLine();
        }
    }

    // A text of several lines, as of a stack trace, is one event.
    private void EndLine()
    {
        target.WriteLine(LogLine.Of(time.GetUtcNow(), level, category, _line.ToString().TrimEnd('\r')));
        _line.Clear();
    }
}
