using PPYolo.Align.Formats;
using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Peers.Subjects.Steps;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>PP-YOLO with ResNet50-vd, all of it training, and a gradient for every parameter.</summary>
internal static class UpdateWork
{
    public static PPYoloNetwork Network(string weightsFile)
    {
        using var weights = TensorFile.Read(weightsFile);
        var network = NetworkState.Create(StepWork.Network with { FreezeAt = -1 }, weights, CPU);
        foreach (var parameter in network.parameters())
        {
            parameter.grad = randn_like(parameter, requires_grad: false);
        }

        return network;
    }

    /// <summary>Elements of all parameters, and of all that the moving average follows.</summary>
    public static (long Parameters, long Averaged) Elements(string weightsFile)
    {
        using var network = Network(weightsFile);
        var entries = StateEntries.Of(network);
        return (
            entries.Where(entry => entry.IsTrainable).Sum(entry => entry.Value.numel()),
            entries.Where(entry => !entry.IsBatchCounter).Sum(entry => entry.Value.numel())
        );
    }
}
