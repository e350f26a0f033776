using System.CommandLine;
using Streaming.Shared.CommandLine;

namespace Streaming.Consumer.Commands;

/// <summary>Exit codes and an example for the help of each command.</summary>
internal static class ConsumerHelp
{
    private const string Done = "0  done";
    private const string BadUsage = "2  bad usage or setting, or the stream is not there";
    private const string Unreachable = "3  stream or lake cannot be reached, written, or access was denied";

    public static HelpNote Of(Command command) => command.Name switch
    {
        "run" => new HelpNote(
            "consumer run --stream kinesis://stock_stream --lake s3://my-bucket/lake",
            "0  ended (--once, --until-idle), or drained after SIGTERM or Ctrl-C", "1  failed while running, or a checkpoint or object is another stream's", BadUsage, Unreachable,
            "4  ended, but most ticks came too late for their windows"),
        "replay" => new HelpNote(
            "consumer replay --from 2024-01-02T14:00:00Z --to 2024-01-02T15:00:00Z --revision fixed", Done, "1  failed while running", BadUsage, Unreachable),
        "query" => new HelpNote("consumer query --ticker AAPL --limit 20 --json", Done, "1  an object cannot be read", "2  bad usage or setting", Unreachable),
        "status" => new HelpNote("consumer status --json", "0  healthy", "1  a shard is not read, or records are missing", BadUsage, Unreachable),
        "list" => new HelpNote("consumer checkpoints list", Done, "1  failed", BadUsage, Unreachable),
        "reset" => new HelpNote("consumer checkpoints reset --all --to trim-horizon --yes", Done, "1  a shard has no checkpoint", "2  bad usage or setting, not confirmed, or the stream is not there", Unreachable),
        "sync-partitions" => new HelpNote(
            "consumer lake sync-partitions --lake s3://my-bucket/lake", Done, "1  a partition was refused", "2  bad usage or setting", "3  S3 or Glue cannot be reached, or access was denied"),
        _ => new HelpNote("consumer run --help", Done, "1  failed", BadUsage, Unreachable),
    };
}
