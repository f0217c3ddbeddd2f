"""placeholder"""
from __future__ import annotations
import enum, hashlib
from dataclasses import dataclass
from pathlib import Path
import numpy as np
import PIL.Image, PIL.ImageOps, io
from vitviz.errors import ImageError
class Interpolation(enum.Enum):
    NEAREST=0; LANCZOS=1; BILINEAR=2; BICUBIC=3
@dataclass(frozen=True, slots=True)
class Preprocessing:
    mean: tuple; std: tuple; size: tuple; resize: int|None; interpolation: Interpolation
@dataclass(frozen=True, slots=True)
class SourceImage:
    pixels: np.ndarray; name: str; path: Path|None; sha256: str; notes: tuple
    @property
    def size(self): return (self.pixels.shape[1], self.pixels.shape[0])
def load_image(source, *, name=None, allow_large=False):
    try:
        if isinstance(source, bytes): im=PIL.Image.open(io.BytesIO(source)); path=None
        elif isinstance(source, np.ndarray): im=PIL.Image.fromarray(source); path=None
        elif isinstance(source, PIL.Image.Image): im=source; path=None
        else: path=Path(source); im=PIL.Image.open(path)
        im=PIL.ImageOps.exif_transpose(im).convert("RGB")
    except Exception as e:
        raise ImageError("{name} cannot be read.", name=name or str(source)[:60]) from e
    p=np.array(im); p.flags.writeable=False
    return SourceImage(p, name or (path.name if path else "picture"), path, hashlib.sha256(p.tobytes()).hexdigest(), ())
def prepare(image, placement, pre):
    im=PIL.Image.fromarray(image.pixels)
    seen=placement.seen_rect(); 
    (l,t),(r,b)=placement.to_model(seen.x,seen.y),placement.to_model(seen.x+seen.width,seen.y+seen.height)
    w,h=round(r-l),round(b-t)
    part=im.resize((w,h), pre.interpolation.value, box=(seen.x,seen.y,seen.x+seen.width,seen.y+seen.height))
    mean=np.array(pre.mean,np.float32); std=np.array(pre.std,np.float32)
    out=np.zeros((placement.model_size[1],placement.model_size[0],3),np.float32)
    out[round(t):round(t)+h, round(l):round(l)+w]=(np.asarray(part,np.float32)/255-mean)/std
    return np.ascontiguousarray(out.transpose(2,0,1))
