using PPYolo.Align.Tensors;

namespace PPYolo.Harness.Reduction;

/// <summary>One of the two runs, as far as a module of it can be run alone.</summary>
internal interface IReducedSide
{
    /// <summary>What a module computes; null where that is not known.</summary>
    /// <param name="module">The module's name.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="images">Which images of the batch the inputs are of; null where they are parts of images.</param>
    NamedTensors? Run(string module, NamedTensors inputs, NamedTensors weights, IReadOnlyList<int>? images);

    /// <summary>Whether a tensor of this name can be known of it.</summary>
    bool Knows(string tensor);
}
