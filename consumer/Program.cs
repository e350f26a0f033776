return await Streaming.Consumer.Commands.ConsumerCommands.InvokeAsync(args);
