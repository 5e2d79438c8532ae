// THEIRS OUT [decay|average]: the port of samples/pytorch/train.py, in Training.cs. It starts from the weights of THEIRS, trains on its
// batches and records itself in OUT; with a word, with that bug.
using PPYolo.Align;

if (args is not ([_, _] or [_, _, "decay" or "average"]))
{
    Console.Error.WriteLine("usage: train THEIRS OUT [decay|average], where THEIRS is a record of samples/pytorch/train.py");
    return 2;
}

try
{
    Training.Run(args[0], args[1], args.ElementAtOrDefault(2));
}
catch (AlignException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

Console.WriteLine($"recorded in {args[1]}");
return 0;
