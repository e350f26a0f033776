using System.CommandLine;
using Streaming.Producer.Archive;
using Streaming.Producer.Resuming;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;

namespace Streaming.Producer.Commands;

/// <summary>The options by which an interrupted replay is continued.</summary>
internal sealed class ResumeOptions
{
    private const string StateFolder = "replays";

    // They change when a tick leaves, how far the replay goes, or what is shown, but not which tick has which seq.
    private static readonly HashSet<string> OptionsThatMayDiffer =
    [
        "--speed", "--rate", "--limit", "--duration", "--loop", "--loops", "--on-bad-row", "--strict", "--progress", "--json", "--verbose", "--dry-run",
        "--stream", "--create-stream", "--shards", "--profile", "--region", "--endpoint-url", "--allow-plain-http", "--resume", "--state", "--tickers",
    ];

    private readonly Option<bool> _resume = OptionValues.Flag("--resume", "continue the interrupted replay of the same inputs onto the same stream, under the same run");

    private readonly Option<string?> _state = OptionValues.Text(
        "--state", "where each replay notes how far it is: a folder, or s3://bucket/prefix [replays, beside a local stream or in ./data]", "address");

    public void AddTo(Command command)
    {
        command.Options.Add(_resume);
        command.Options.Add(_state);
    }

    /// <exception cref="UsageException">A replay that sends nothing is to be continued.</exception>
    public void Check(ParseResult parsed, ProducerOptions options)
    {
        if (options.DryRun && parsed.GetValue(_resume)) throw new UsageException("--resume and --dry-run exclude each other: a dry run sends nothing and notes nothing.");
    }

    /// <summary>The notes of this replay: new ones, or those of the one that it continues.</summary>
    /// <exception cref="UsageException">There is nothing to continue, or it differs.</exception>
    public async Task<ReplayJournal?> OpenAsync(
        ParseResult parsed, IRecordStream stream, ProducerOptions options, IReadOnlyList<InputFile> files, TimeProvider time, Action<string> tell)
    {
        bool isKinesis = stream.Address.StartsWith(KinesisStream.Scheme, StringComparison.OrdinalIgnoreCase);
        string address = isKinesis ? stream.Address : Path.GetFullPath(stream.Address);
        string name = ReplayJournal.NameOf(address, options.Inputs.Select(input => input.Contains("://", StringComparison.Ordinal) ? input : Path.GetFullPath(input)));
        IObjectStore store = ObjectStores.Open(parsed.GetValue(_state) ?? DefaultState(stream.Address, isKinesis), time, options.Aws);
        StreamDescription description = await stream.DescribeAsync(CancellationToken.None);
        var replay = new ReplayIdentity(stream.Address, description.CreationId, OptionsOf(parsed, options), ReplayIdentity.FilesOf(files));
        if (!parsed.GetValue(_resume)) return await ReplayJournal.BeginAsync(store, name, replay, options.RunId, time, tell);

        ReplayJournal journal = await ReplayJournal.ResumeAsync(store, name, replay, time, tell);
        tell($"resuming run {journal.Run}: {journal.Seq} records are on the stream; what is sent again the consumer knows by run and seq, and drops");
        return journal;
    }

    private static string DefaultState(string stream, bool isKinesis)
        => isKinesis ? $"./data/{StateFolder}" : Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(stream)) ?? "", StateFolder);

    private static SortedDictionary<string, string> OptionsOf(ParseResult parsed, ProducerOptions options)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Option option in parsed.CommandResult.Command.Options)
        {
            if (!OptionsThatMayDiffer.Contains(option.Name) && parsed.GetResult(option) is { Implicit: false } result)
                texts[option.Name] = string.Join(' ', result.Tokens.Select(token => token.Value));
        }

        // Not as they were typed, because a list may stand in a file.
        if (options.Tickers is { } tickers) texts["--tickers"] = string.Join(',', tickers.Order(StringComparer.Ordinal));
        return texts;
    }
}
