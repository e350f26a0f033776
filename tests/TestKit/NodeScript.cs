using System.Diagnostics;
using System.Text.Json;

namespace Streaming.Tests.TestKit;

/// <summary>
/// A script that answers line by line. Node and what it loads take a second to start, so one process answers all questions of a test
/// run; it ends with the run, when its input does.
/// </summary>
internal sealed class NodeScript(string folder, string name)
{
    private readonly Lock _lock = new();
    private Process? _node;
    private Task<string>? _errors;

    public T Ask<T>(string question)
    {
        lock (_lock)
        {
            if (_node is null or { HasExited: true }) Start();
            _node!.StandardInput.WriteLine(JsonSerializer.Serialize(question));
            _node.StandardInput.Flush();
            string line = _node.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{name} {question}: it ended: {_errors!.Result}");
            Reply<T> reply = JsonSerializer.Deserialize<Reply<T>>(line, JsonSerializerOptions.Web)!;
            return reply.Error is null ? reply.Answer! : throw new InvalidOperationException($"{name} {question}: {reply.Error}");
        }
    }

    private void Start()
    {
        _node?.Dispose();
        var start = new ProcessStartInfo("node", [name])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _node = Process.Start(start)!;
        _errors = _node.StandardError.ReadToEndAsync();
    }

    private sealed record Reply<T>(T? Answer, string? Error);
}
