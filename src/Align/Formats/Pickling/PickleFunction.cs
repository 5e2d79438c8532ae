namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// The few things of Python that a file may name. Each is done by this library in its own way; none of Python's is ever run.
/// </summary>
internal enum PickleFunction
{
    OrderedDict,
    Encode,
    EmptyBytes,
    TorchTensor,
    TorchTensorOfType,
    TorchParameter,
    TorchStorage,
    TorchType,
    TorchSize,
    TorchDevice,
    NumpyReconstruct,
    NumpyScalar,
    NumpyFromBuffer,
    NumpyArray,
    NumpyType,
}
