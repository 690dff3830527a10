# scratch, replaced by the real one
import cloudpickle
class Lost:
    def __init__(self, why): self.why = why
class Unchanged: pass
class Saver:
    def __init__(self, variables, **k): self.v=variables; self.last={}
    def names(self): return [n for n in self.v if not n.startswith('__') and n not in self.modules()]
    def modules(self):
        import types
        return {n: v.__name__ for n,v in self.v.items() if isinstance(v, types.ModuleType)}
    def save(self, name):
        try: d=cloudpickle.dumps(self.v[name])
        except Exception as e: return Lost(str(e))
        if self.last.get(name)==d: return Unchanged
        self.last[name]=d
        return d
class Restorer:
    def __init__(self, v, saved, modules): self.v=v; self.s=saved; self.m=modules
    def restore(self):
        import importlib, pickle
        for n,m in self.m.items(): self.v[n]=importlib.import_module(m)
        for n,d in self.s.items(): self.v[n]=pickle.loads(d)
        return list(self.s), {}
