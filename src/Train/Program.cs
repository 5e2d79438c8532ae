using PPYolo.Train.Cli;
using PPYolo.Train.Runtime;

NativeEnvironment.Prepare();
return CommandLine.Run(args);
