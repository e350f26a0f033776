using System.CommandLine;
using Streaming.Shared.CommandLine;

namespace Streaming.Producer.Commands;

/// <summary>Exit codes and an example for the help of each command.</summary>
internal static class ProducerHelp
{
    private const string Done = "0    done";
    private const string Failed = "1    failed";
    private const string Unreachable = "3    stream or S3 cannot be reached or written, or access was denied";

    public static HelpNote Of(Command command) => command.Name switch
    {
        "replay" => new HelpNote(
            "producer replay history/*.parquet --speed 60 --create-stream",
            Done, "1    failed while running, or no input file can be read", "2    bad usage or setting, or no such input, tick or stream; nothing was sent", Unreachable,
            "4    done, but rows or files were refused (--strict)", "130  Ctrl-C; 143 SIGTERM: what was sent is on the stream, --resume sends the rest"),
        "inspect" => new HelpNote("producer inspect history/ --json", Done, "1    no file can be read", "2    bad usage or setting, or no such input", Unreachable),
        "sample" => new HelpNote("producer sample --out ./data/sample", Done, "2    bad usage or setting, or the folder cannot be written"),
        _ => new HelpNote(
            command.Name switch
            {
                "create" => "producer stream create --stream kinesis://stock_stream --shards 4",
                "describe" => "producer stream describe --json",
                "delete" => "producer stream delete --stream ./data/stream --yes",
                "split" => "producer stream split --shard shardId-000000000000",
                "merge" => "producer stream merge --shard shardId-000000000000 --with shardId-000000000001",
                "reshard" => "producer stream reshard --shards 8",
                "stream" => "producer stream create --help",
                _ => "producer replay --help",
            },
            Done, Failed, "2    bad usage or setting, or there is no such stream or shard", Unreachable),
    };
}
