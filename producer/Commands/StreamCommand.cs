using System.CommandLine;
using System.Globalization;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Commands;

/// <summary><c>producer stream create|describe|delete</c>.</summary>
internal static class StreamCommand
{
    public static Command Create(CommandContext context) => new("stream", "Make, show or delete a stream.")
    {
        CreateStream(context),
        Describe(context),
        Delete(context),
    };

    private static Command CreateStream(CommandContext context)
    {
        Option<int> shards = StreamOptions.Shards();
        return Make("create", "Make the stream if it is not there.", context, async (stream, parsed, cancellation) =>
        {
            bool isNew = await stream.CreateAsync(parsed.GetValue(shards), cancellation);
            await context.Error.WriteLineAsync($"stream {stream.Address} {(isNew ? "was made" : "is already there")}");
        }, shards);
    }

    private static Command Describe(CommandContext context)
    {
        Option<bool> json = OptionValues.Flag("--json", "one JSON object");
        return Make("describe", "Show name, creation and shards.", context, async (stream, parsed, cancellation) =>
        {
            StreamDescription description = await stream.DescribeAsync(cancellation);
            IReadOnlyList<Shard> shards = await stream.ListShardsAsync(cancellation);
            if (parsed.GetValue(json))
            {
                var ranges = shards.Select(shard => new ShardView(shard.Id, Text(shard.StartHash), Text(shard.EndHash), shard.IsClosed));
                await context.Output.WriteLineAsync(JsonOutput.Of(new StreamView(description.Name, description.CreationId, description.CreatedAt, [.. ranges])));
                return;
            }

            await context.Output.WriteLineAsync($"{description.Name}  {description.CreationId}  created {SummaryText.TimeText(description.CreatedAt)}");
            foreach (Shard shard in shards)
                await context.Output.WriteLineAsync($"{shard.Id}  {Text(shard.StartHash)} - {Text(shard.EndHash)}{(shard.IsClosed ? "  closed" : "")}");
        }, json);
    }

    private static Command Delete(CommandContext context)
        => Make("delete", "Delete the stream with all its records.", context, async (stream, _, cancellation) =>
        {
            bool wasThere = await stream.DeleteAsync(cancellation);
            await context.Error.WriteLineAsync($"stream {stream.Address} {(wasThere ? "was deleted" : "was not there")}");
        });

    private static Command Make(
        string name, string description, CommandContext context, Func<IRecordStream, ParseResult, CancellationToken, Task> run, params Option[] options)
    {
        Option<string> address = StreamOptions.Address();
        var aws = new AwsOptions();
        var command = new Command(name, description) { address };
        foreach (Option option in options) command.Options.Add(option);
        aws.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using IRecordStream stream = StreamOptions.Open(parsed.GetRequiredValue(address), context.Time, aws.Read(parsed));
            await run(stream, parsed, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static string Text(UInt128 hash) => hash.ToString(CultureInfo.InvariantCulture);

    private sealed record StreamView(string Name, string CreationId, DateTimeOffset CreatedAt, IReadOnlyList<ShardView> Shards);

    private sealed record ShardView(string Id, string StartHash, string EndHash, bool IsClosed);
}
