namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// The few things of Python that a file may name. Each is done by this library in its own way; none of Python's is ever run.
/// </summary>
internal enum PickleFunction
{
    OrderedDict,
    Counter,
    DefaultDict,
    Deque,
    Set,
    Complex,
    ByteArray,
    PlainType,
    Encode,
    EmptyBytes,
    TorchTensorOld,
    TorchTensor,
    TorchTensorOfType,
    TorchTensorOfClass,
    TorchTensorOfArray,
    TorchTensorUnread,
    TorchParameter,
    TorchParameterWithState,
    TorchTensorClass,
    TorchParameterClass,
    TorchStorage,
    TorchType,
    TorchSize,
    TorchDevice,
    TorchLayout,
    TorchConstant,
    NumpyReconstruct,
    NumpyScalar,
    NumpyFromBuffer,
    NumpyArray,
    NumpyType,
}
