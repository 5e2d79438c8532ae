namespace PPYolo.Train.Runtime;

/// <summary>What <see cref="CardSettings"/> asks of libtorch and the driver, so that a test sees it without a card.</summary>
internal interface ICudaDriver
{
    /// <summary>Whether the program has libtorch's CUDA part.</summary>
    bool IsBuiltIn { get; }

    /// <summary>Whether the machine has a driver that can be loaded.</summary>
    bool HasDriver { get; }

    /// <summary>An environment variable as the process was started with it, or null.</summary>
    string? Variable(string name);

    /// <summary>Sets an environment variable for native code.</summary>
    void SetVariable(string name, string value);

    /// <summary>Starts TorchSharp with its CUDA part, and counts the cards that it sees.</summary>
    int Start();

    /// <summary>What a card is, and the versions of driver, CUDA runtime and cuDNN, as far as they are known.</summary>
    string Describe(int index);

    /// <summary>Allows convolutions and matrix products to take TF32, or forbids it.</summary>
    void AllowTf32(bool allow);

    /// <summary>Has cuDNN and libtorch choose deterministic algorithms, without trials.</summary>
    /// <returns>Whether it could be set.</returns>
    bool ChooseDeterministic();
}
